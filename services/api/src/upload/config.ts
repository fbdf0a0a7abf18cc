import { integer, optionalInteger } from '@iaas/common/config/setting'
import { z } from 'zod'

export const uploadSettings = z
  .object({
    max_in_flight: integer(
      { min: 1, max: 100_000, fallback: 64 },
      'Concurrent uploads per process; beyond it: 503. Each may occupy `constraints.max_upload_bytes` of the disk.',
      'UPLOADS_IN_FLIGHT',
    ),
    min_free_bytes: optionalInteger(
      { min: 0, max: Number.MAX_SAFE_INTEGER },
      'Bytes that uploads leave free on the disk of the originals; with less: 503. Default: 1 GiB or 5 % of the disk, whichever is less. 0: no reserve.',
      'UPLOADS_MIN_FREE_BYTES',
    ),
    timeout_seconds: integer(
      { min: 1, max: 3600, fallback: 60 },
      'Seconds that every upload may take. An upload that keeps up `upload.min_bytes_per_second` may take longer.',
      'UPLOADS_TIMEOUT_SECONDS',
    ),
    min_bytes_per_second: integer(
      { min: 1024, max: 1_000_000_000, fallback: 32_768 },
      'Average rate that an upload must keep up after `upload.timeout_seconds`, bytes per second; with less: 408.',
      'UPLOADS_MIN_BYTES_PER_SECOND',
    ),
  })
  .prefault({})
  .transform(({ max_in_flight, min_free_bytes, timeout_seconds, min_bytes_per_second }) => ({
    admission: { maxInFlight: max_in_flight, minFreeBytes: min_free_bytes },
    time: { timeoutMs: timeout_seconds * 1000, minBytesPerSecond: min_bytes_per_second },
  }))
