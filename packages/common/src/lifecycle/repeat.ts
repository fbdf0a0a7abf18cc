import type { Logger } from '../log.ts'
import type { Closers } from './closers.ts'

/** One run of what is done again and again. The signal tells one that takes long to end where it is. */
type RecurringTask = (signal: AbortSignal) => Promise<unknown>

/**
 * Runs a task again and again, the first time at once, until stopped; never twice at the same time. What fails is logged
 * and tried again.
 */
export function repeat(
  name: string,
  task: RecurringTask,
  everyMs: number,
  log: Logger,
): { stop(): Promise<void> } {
  const stopping = new AbortController()
  let running: Promise<unknown> | undefined
  const runOnce = () => {
    running ??= task(stopping.signal)
      .catch((error: unknown) => log.warn('recurring task failed', { task: name, error }))
      .finally(() => (running = undefined))
  }
  runOnce()
  const timer = setInterval(runOnce, everyMs)
  return {
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await running
    },
  }
}

/** The same, until the rest is closed. */
export function repeatUntilClosed(
  name: string,
  task: RecurringTask,
  everyMs: number,
  { log, closers }: { readonly log: Logger; readonly closers: Closers },
): void {
  const repeated = repeat(name, task, everyMs, log)
  closers.add(name, () => repeated.stop())
}
