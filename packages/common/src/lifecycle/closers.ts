import { withDeadline } from '../concurrency/with-deadline.ts'
import type { Logger } from '../log.ts'

/** Ends a part; what it resolves to is of no interest. */
type Close = () => PromiseLike<unknown> | void

/** What was started, to be ended in the reverse order. */
export type Closers = {
  /** Adds the end of what was just started; `name` is for the log. */
  add(name: string, close: Close): void
  /** Ends everything, the newest first; what fails or takes too long does not keep the rest. Safe to call twice. */
  close(): Promise<void>
}

/** Starts parts: where one cannot be started, those before it are ended, and its error is thrown. */
export async function startParts<Started>(
  log: Logger,
  start: (closers: Closers) => Promise<Started>,
): Promise<Started> {
  const closers = createClosers(log)
  try {
    return await start(closers)
  } catch (error) {
    await closers.close()
    throw error
  }
}

/** How long the end of one part may take, ms. */
const closeLimitMs = 30_000

export function createClosers(log: Logger): Closers {
  const entries: { name: string; close: Close }[] = []
  let closing: Promise<void> | undefined

  async function closeAll(): Promise<void> {
    for (const { name, close } of entries.toReversed()) {
      try {
        await withDeadline(Promise.resolve(close()), closeLimitMs)
      } catch (error) {
        log.warn('part not closed cleanly', { part: name, error })
      }
    }
  }

  return {
    add: (name, close) => void entries.push({ name, close }),
    close: () => (closing ??= closeAll()),
  }
}
