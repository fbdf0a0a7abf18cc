/**
 * Rejects when the work takes longer than this, ms; the work itself goes on, its result unheard. A timer that is late
 * because this process was busy says nothing of the other side: what has arrived by then is heard first.
 */
export async function withDeadline<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const expire = () => reject(new Error(`No answer in ${limitMs} ms.`))
    timer = setTimeout(() => setImmediate(expire), limitMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
