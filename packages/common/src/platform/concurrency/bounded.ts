import { EventEmitter, once } from 'node:events'
import { withDeadline } from './with-deadline.ts'

type Waiter = EventEmitter<{ begin: [] }>

export type BoundOptions = {
  /** Maximum concurrent work. */
  readonly maxAtOnce: number
  /** Maximum wait for the start, ms. */
  readonly maxWaitMs: number
  /** Creates the error of work that has waited for `maxWaitMs`. */
  readonly refusal: () => Error
}

/** Runs work in order of arrival. Rejects with the refusal if the work never started, or with the error of the work. */
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
      // The work may have started in the same moment.
      if (waiting.delete(waiter)) throw refusal()
    }
  }

  /** Passes the slot to the next waiter. */
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
