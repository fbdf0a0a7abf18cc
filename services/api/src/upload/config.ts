import { integer, optionalInteger } from '@iaas/common/config/setting'
import { z } from 'zod'
import type { ReceiveLimits } from './receive-image.ts'

export const uploadSettings = z
  .object({
    max_in_flight: integer(
      { min: 1, max: 100_000, fallback: 64 },
      'Uploads that one process takes at once; beyond it: 503. Each may occupy `constraints.max_upload_bytes` of the disk.',
      'UPLOADS_IN_FLIGHT',
    ),
    min_free_bytes: optionalInteger(
      { min: 0, max: Number.MAX_SAFE_INTEGER },
      'What uploads leave free on the disk of the originals, bytes; with less: 503. 1 GiB, or 5 % of the disk where that is less, where nothing is given. 0: they may fill it.',
      'UPLOADS_MIN_FREE_BYTES',
    ),
  })
  .prefault({})

/** The longest that the body of an upload may take, ms. */
export const uploadTimeoutMs = 60_000

export function toReceiveLimits(maxBytes: number): ReceiveLimits {
  const pace = { bytesPerSecond: 1024, overMs: 10_000 }
  return { maxBytes, timeoutMs: uploadTimeoutMs, pace }
}
