import { ConfigError } from '../config/config-error.ts'
import { letHeapGrow } from './let-heap-grow.ts'

export type Service = { close(): Promise<void> }

/** Time after which the process ends even if the service has not, ms. */
const backstopMs = 40_000

/**
 * Runs a service as the whole process: starts it, ends it on SIGTERM or SIGINT, and sets the exit code. Prints errors
 * that prevent the start on standard error.
 *
 * @param onEnding called when the service begins to end, and when it has ended
 */
export async function runService(
  start: () => Promise<Service>,
  onEnding: (step: string) => void = () => {},
): Promise<void> {
  letHeapGrow()
  const stopped = Promise.race([nextSignal('SIGTERM'), nextSignal('SIGINT')])
  // Also covers a service that never becomes ready.
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

/** Resolves at the first signal. Later ones are ignored: signalling a process group signals some processes twice. */
function nextSignal(signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    process.on(signal, () => resolve())
  })
}

/** Ends the process even if something still keeps the event loop alive. */
function endSoon(): void {
  setTimeout(() => process.exit(), backstopMs).unref()
}

function describe(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? (error.stack ?? error.message) : error.message
}
