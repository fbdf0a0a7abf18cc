import { ConfigError } from '../config/config-error.ts'
import { letHeapGrow } from './let-heap-grow.ts'

export type Service = { close(): Promise<void> }

/** How long a service may take to end before the process ends anyway, ms. */
const backstopMs = 40_000

/**
 * Runs a service as the whole of a process: starts it, ends it on SIGTERM or SIGINT, and leaves the exit code. What
 * keeps it from starting is said in plain words on standard error.
 *
 * @param onEnding hears that it ends, and that it has ended
 */
export async function runService(
  start: () => Promise<Service>,
  onEnding: (step: string) => void = () => {},
): Promise<void> {
  letHeapGrow()
  const stopped = Promise.race([nextSignal('SIGTERM'), nextSignal('SIGINT')])
  // Also where it never comes to be ready.
  void stopped.then(endSoon)
  let service: Service
  try {
    service = await start()
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`)
    process.exitCode = 1
    endSoon()
    return
  }
  await stopped
  onEnding('Ending: what is in flight is finished first ...')
  await service.close()
  onEnding('Ended.')
}

/** Resolves at the first. Those that follow change nothing: who signals a whole group of processes signals some twice. */
function nextSignal(signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    process.on(signal, () => resolve())
  })
}

/** Nothing should be left to keep the process; should something be, it ends all the same. */
function endSoon(): void {
  setTimeout(() => process.exit(), backstopMs).unref()
}

function describe(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? (error.stack ?? error.message) : error.message
}
