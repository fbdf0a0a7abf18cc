import { withDeadline } from '../concurrency/with-deadline.ts'
import type { Logger } from '../log/log.ts'
import type { Service } from './run-service.ts'

type End = () => PromiseLike<unknown> | void

/**
 * Registers the end of a part that was just built, and returns the part. Parts end in reverse order.
 *
 * @param name name for the log
 * @param part undefined for a part that the configuration does without: nothing ends
 * @param end ends a part that is not disposable
 */
export type Own = {
  <Part extends AsyncDisposable | undefined>(name: string, part: Part): Part
  <Part>(name: string, part: Part, end: (part: Part) => PromiseLike<unknown> | void): Part
}

/** Timeout for ending one part, ms. */
const endLimitMs = 30_000

/**
 * Builds a service from its parts. If a part cannot be built, ends the earlier parts and throws its error.
 *
 * @returns the result of `build`, and the end of all owned parts. A part that fails to end, or times out, does not stop
 * the others from ending
 */
export async function compose<Result extends object>(
  log: Logger,
  build: (own: Own) => Promise<Result>,
): Promise<Result & Service> {
  const owned: { readonly name: string; readonly end: End }[] = []
  let ending: Promise<void> | undefined

  function own<Part>(
    name: string,
    part: Part,
    end: (part: Part) => PromiseLike<unknown> | void = dispose,
  ): Part {
    owned.push({ name, end: () => end(part) })
    return part
  }

  async function endAll(): Promise<void> {
    for (const { name, end } of owned.toReversed()) {
      try {
        await withDeadline(Promise.resolve(end()), endLimitMs)
      } catch (error) {
        log.warn('part not closed cleanly', { part: name, error })
      }
    }
  }

  try {
    const result = await build(own)
    return Object.assign(result, { close: () => (ending ??= endAll()) })
  } catch (error) {
    await endAll()
    throw error
  }
}

/** The types of `Own` guarantee that a part without an `end` is disposable, or undefined. */
function dispose(part: unknown): PromiseLike<void> | undefined {
  return (part as AsyncDisposable | undefined)?.[Symbol.asyncDispose]()
}
