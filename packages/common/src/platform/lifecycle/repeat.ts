import type { Logger } from '../log/log.ts'

/** One run of a recurring task. The signal asks a long run to stop. */
type RecurringTask = (signal: AbortSignal) => Promise<unknown>

/**
 * Runs a task repeatedly, first at once, until disposed of. Runs never overlap. Failures are retried at the next
 * interval; logs the first of a series of failures, and its end with their number.
 */
export function repeat(
  name: string,
  task: RecurringTask,
  everyMs: number,
  log: Logger,
): AsyncDisposable {
  const stopping = new AbortController()
  let running: Promise<unknown> | undefined
  let failures = 0
  const noteSuccess = () => {
    if (failures > 0) log.warn('recurring task recovered', { task: name, failures })
    failures = 0
  }
  const noteFailure = (error: unknown) => {
    failures += 1
    log[failures === 1 ? 'warn' : 'debug']('recurring task failed', { task: name, error })
  }
  const runOnce = () => {
    running ??= task(stopping.signal)
      .then(noteSuccess, noteFailure)
      .finally(() => (running = undefined))
  }
  runOnce()
  const timer = setInterval(runOnce, everyMs)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      stopping.abort()
      await running
    },
  }
}
