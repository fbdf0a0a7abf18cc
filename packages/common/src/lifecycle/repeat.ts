import type { Logger } from '../log.ts'
import type { Closers } from './closers.ts'

/**
 * Runs a task again and again, the first time at once, until stopped; never twice at the same time. What fails is logged
 * and tried again.
 */
export function repeat(
  name: string,
  task: () => Promise<unknown>,
  everyMs: number,
  log: Logger,
): { stop(): Promise<void> } {
  let running: Promise<unknown> | undefined
  const runOnce = () => {
    running ??= task()
      .catch((error: unknown) => log.warn('recurring task failed', { task: name, error }))
      .finally(() => (running = undefined))
  }
  runOnce()
  const timer = setInterval(runOnce, everyMs)
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}

/** The same, until the rest is closed. */
export function repeatUntilClosed(
  name: string,
  task: () => Promise<unknown>,
  everyMs: number,
  { log, closers }: { readonly log: Logger; readonly closers: Closers },
): void {
  const repeated = repeat(name, task, everyMs, log)
  closers.add(name, () => repeated.stop())
}
