import { AppError } from '@iaas/common/errors'

/** Interval of the checks, ms. */
const everyMs = 100

const unfinished = new WeakSet<object>()

/** Returns true if failed work continues in threads of the decoder. Only the end of the process stops it. */
export function isUnfinished(error: unknown): boolean {
  return typeof error === 'object' && error !== null && unfinished.has(error)
}

/**
 * Limits the processor time of this process while it decodes.
 *
 * @param limitMs 0: no limit
 * @throws AppError IMAGE_TOO_COSTLY
 */
export async function boundCpu<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
  if (limitMs === 0) return work()
  const usedBefore = process.cpuUsage()
  const isOver = () => {
    const { user, system } = process.cpuUsage(usedBefore)
    return (user + system) / 1000 > limitMs
  }
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_resolve, reject) => {
    timer = setInterval(() => {
      if (!isOver()) return
      const error = tooCostly()
      unfinished.add(error)
      reject(error)
    }, everyMs)
  })
  try {
    const result = await Promise.race([work(), over])
    if (isOver()) throw tooCostly()
    return result
  } finally {
    clearInterval(timer)
  }
}

function tooCostly(): AppError {
  return new AppError(
    'IMAGE_TOO_COSTLY',
    'Decoding the image takes longer than a render may (`timeout.conversion`).',
  )
}
