/** A timer that is so late tells that this process, or the whole machine, is too busy to be on time, ms. */
const lateMs = 20
/** How often a deadline is put off for that. */
const mostDelays = 3

/**
 * Rejects with what `late` returns when the work takes longer than this, ms; the work itself goes on, its result unheard. While
 * this process is too busy to hear an answer, its absence says nothing of the other side: then the deadline is put off, a few
 * times.
 */
export async function withDeadline<T>(
  work: Promise<T>,
  limitMs: number,
  late = () => new Error(`No answer in ${limitMs} ms.`),
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_resolve, reject) => {
    const arm = (delaysLeft: number) => {
      const dueAt = performance.now() + limitMs
      // What has arrived by then is heard first.
      timer = setTimeout(() => setImmediate(expire, dueAt, delaysLeft), limitMs)
    }
    const expire = (dueAt: number, delaysLeft: number) => {
      if (delaysLeft > 0 && performance.now() - dueAt > lateMs) return arm(delaysLeft - 1)
      reject(late())
    }
    arm(mostDelays)
  })
  try {
    return await Promise.race([work, expired])
  } finally {
    clearTimeout(timer)
  }
}
