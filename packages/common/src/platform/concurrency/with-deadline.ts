/** Lateness of a timer that shows that the process or the machine is overloaded, ms. */
const lateMs = 20
/** Maximum number of extensions for that reason. */
const mostDelays = 3

/**
 * Rejects with the result of `late` if the work takes longer than this, ms. The work itself continues and its result is
 * ignored. While this process is too busy to notice an answer, a missing answer does not mean that the other side is
 * slow: the deadline is then extended a few times.
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
      // Handles answers that have already arrived first.
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
