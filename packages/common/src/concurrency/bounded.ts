import { EventEmitter, once } from 'node:events'
import { withDeadline } from './with-deadline.ts'

type Waiter = EventEmitter<{ begin: [] }>

export type BoundOptions = {
  /** How much work is done at once. */
  readonly maxAtOnce: number
  /** How long work waits for its begin, ms. */
  readonly maxWaitMs: number
  /** Creates the error of work that has waited for `maxWaitMs`. */
  readonly refusal: () => Error
}

/** Does work, first come first served. Rejects with the refusal, before the work begins, or with what the work rejects with. */
export type Bound = <T>(work: () => Promise<T>) => Promise<T>

export function createBound({ maxAtOnce, maxWaitMs, refusal }: BoundOptions): Bound {
  const waiting = new Set<Waiter>()
  let running = 0

  async function untilBegun(): Promise<void> {
    const waiter: Waiter = new EventEmitter()
    const begun = once(waiter, 'begin')
    waiting.add(waiter)
    try {
      await withDeadline(begun, maxWaitMs)
    } catch {
      // It may have begun in the same moment.
      if (waiting.delete(waiter)) throw refusal()
    }
  }

  /** Hands the place to the next one that waits. */
  function end(): void {
    const [next] = waiting
    if (next === undefined) running -= 1
    else {
      waiting.delete(next)
      next.emit('begin')
    }
  }

  return async function bounded(work) {
    if (running < maxAtOnce) running += 1
    else await untilBegun()
    try {
      return await work()
    } finally {
      end()
    }
  }
}
