import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

/** How a server has ended, and what it wrote last. Both are null for one that could not be started. */
export type ServerEnd = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly lastWords: string
}

/** The pause before a server that has ended is started again, ms. */
const restartAfterMs = 1000

/**
 * Starts a server again whenever it ends by itself: it was killed, or its disk was full in the middle of a recovery. Its
 * address stays. Until its predecessor is gone as a whole it ends again, and is tried again.
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
    // One that could not be started, as for want of memory, tells no exit.
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

/** In the order of patience: finish quickly, abort, be gone. */
const stopSignals = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 5000],
  ['SIGKILL', 5000],
] as const

/** Ends a server, within twenty seconds at the most. Does nothing where it has ended. */
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

/** The last lines that a server writes: they tell why it did not start. */
export function collectTail(server: ChildProcess): () => string {
  let tail = ''
  server.on('error', (error) => (tail += error.message))
  server.stderr
    ?.setEncoding('utf8')
    .on('data', (text: string) => (tail = (tail + text).slice(-2000)))
  return () => tail.trim()
}
