import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { AppError } from '@iaas/common/errors'

/** How long an answer to a client may wait for Redis, ms. */
export const maxWaitMs = 100

/** Redis keeps nothing that this service cannot do without: whatever goes wrong with it is STORE_UNAVAILABLE. */
export async function translateErrors<T>(command: Promise<T>, limitMs?: number): Promise<T> {
  try {
    return await (limitMs === undefined ? command : withDeadline(command, limitMs))
  } catch (cause) {
    throw new AppError('STORE_UNAVAILABLE', 'Redis does not answer.', { cause })
  }
}
