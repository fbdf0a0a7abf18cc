import { longestIngestMs } from '@iaas/rendering/longest-ingest'
import { durations } from '../capacities.ts'
import type { ApiConfig } from '../config.ts'
import { formOverheadBytes } from './form-limits.ts'
import type { ReceiveLimits } from './receive-image.ts'
import { longestBodyMs } from './time-limit.ts'

/** Longest durations of the steps of an upload, ms. */
export type UploadTimes = {
  /** Until the largest form has arrived. */
  readonly bodyMs: number
  /** From its arrival until the original is kept. */
  readonly keepMs: number
  /** Lease of a claim without its own; a process that exceeds it is gone. */
  readonly usualLeaseMs: number
  /** Age at which a temporary file is no longer needed. */
  readonly fileAgeMs: number
}

export function toUploadTimes(config: ApiConfig, limits: ReceiveLimits): UploadTimes {
  const bodyMs = longestBodyMs(limits.maxBytes + formOverheadBytes, limits.time)
  const keepMs = longestIngestMs(config) + durations.recordUpload
  return {
    bodyMs,
    keepMs,
    usualLeaseMs: durations.legacyUpload + keepMs,
    fileAgeMs: Math.max(durations.temporaryFile, bodyMs + keepMs),
  }
}
