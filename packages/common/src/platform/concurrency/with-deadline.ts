/** Lateness of a timer that shows that the process or the machine is overloaded, ms. */
const lateMs = 20
/** Maximum number of extensions for that reason. */
const mostDelays = 3

/**
 * Calls `expire` after this time, ms, unless the returned function is called before. While this process is too busy to
 * notice an answer, a missing answer does not mean that the other side is slow: the deadline is then extended a few
 * times.
 */
export function startDeadline(limitMs: number, expire: () => void): () => void {
  let timer: NodeJS.Timeout
  let isOver = false
  const arm = (delaysLeft: number) => {
    const dueAt = performance.now() + limitMs
    // Handles answers that have already arrived first.
    timer = setTimeout(() => setImmediate(check, dueAt, delaysLeft), limitMs)
  }
  const check = (dueAt: number, delaysLeft: number) => {
    if (isOver) return
    if (delaysLeft > 0 && performance.now() - dueAt > lateMs) arm(delaysLeft - 1)
    else expire()
  }
  arm(mostDelays)
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}

/**
 * Rejects with the result of `late` if the work takes longer than this, ms; see `startDeadline`. The work itself
 * continues and its result is ignored.
 */
export function withDeadline<T>(
  work: Promise<T>,
  limitMs: number,
  late = () => new Error(`No answer in ${limitMs} ms.`),
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = startDeadline(limitMs, () => reject(late()))
    work.then(resolve, reject).finally(cancel)
  })
}
