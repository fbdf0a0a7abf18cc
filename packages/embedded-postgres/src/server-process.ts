import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

/** Exit of a server and its last output. Exit code and signal are null for a server that could not be started. */
export type ServerEnd = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly lastWords: string
}

/** Pause before an ended server is restarted, ms. */
const restartAfterMs = 1000

/**
 * Restarts a server whenever it ends unexpectedly: it was killed, or its disk was full during a recovery. The address
 * stays the same. While its predecessor is still running, the new server ends and is retried.
 */
export function keepRunning(
  first: ChildProcess,
  spawnServer: () => ChildProcess,
  onEnd: ((end: ServerEnd) => void) | undefined,
) {
  const stopping = new AbortController()
  let server = first

  function watch(started: ChildProcess): void {
    server = started
    const tail = collectTail(started)
    let hasEnded = false
    const restart = (code: number | null, signal: NodeJS.Signals | null) => {
      if (hasEnded || stopping.signal.aborted) return
      hasEnded = true
      onEnd?.({ code, signal, lastWords: tail() })
      void startAgain()
    }
    // A server that could not be started, such as for lack of memory, emits no `exit`.
    started.once('exit', restart).once('error', () => restart(null, null))
  }

  async function startAgain(): Promise<void> {
    while (!stopping.signal.aborted) {
      await delay(restartAfterMs, undefined, { signal: stopping.signal }).catch(() => {})
      if (stopping.signal.aborted) return
      try {
        return watch(spawnServer())
      } catch (error) {
        onEnd?.({ code: null, signal: null, lastWords: String(error) })
      }
    }
  }

  watch(first)
  return {
    async stop(): Promise<void> {
      stopping.abort()
      await stopServer(server)
    },
  }
}

/** Signals in order of escalation: fast shutdown, immediate shutdown, kill. */
const stopSignals = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 5000],
  ['SIGKILL', 5000],
] as const

/** Stops a server within at most twenty seconds. Does nothing if it has ended. */
export async function stopServer(server: ChildProcess): Promise<void> {
  for (const [signal, waitMs] of stopSignals) {
    if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return
    const exited = once(server, 'exit')
    server.kill(signal)
    const timer = new AbortController()
    await Promise.race([exited, delay(waitMs, undefined, { signal: timer.signal }).catch(() => {})])
    timer.abort()
  }
}

/** Collects the last lines that a server writes, which explain why it did not start. */
export function collectTail(server: ChildProcess): () => string {
  let tail = ''
  server.on('error', (error) => (tail += error.message))
  server.stderr
    ?.setEncoding('utf8')
    .on('data', (text: string) => (tail = (tail + text).slice(-2000)))
  return () => tail.trim()
}
