import type { Logger } from '../log.ts'

/** One run of what is done again and again. The signal tells one that takes long to end where it is. */
type RecurringTask = (signal: AbortSignal) => Promise<unknown>

/**
 * Runs a task again and again, the first time at once, until disposed of; never twice at the same time. What fails is tried
 * again; of a series of failures the first is logged, and its end with their number.
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
    if (failures > 0) log.warn('recurring task works again', { task: name, failures })
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
