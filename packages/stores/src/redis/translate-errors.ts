import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { AppError } from '@iaas/common/errors'

/** Maximum wait of a client's answer for Redis, ms. */
export const maxWaitMs = 100

/** Translates every error of Redis to STORE_UNAVAILABLE, because the service can work without Redis. */
export async function translateErrors<T>(command: Promise<T>, limitMs?: number): Promise<T> {
  try {
    return await (limitMs === undefined ? command : withDeadline(command, limitMs))
  } catch (cause) {
    throw new AppError('STORE_UNAVAILABLE', 'Redis does not answer.', { cause })
  }
}
