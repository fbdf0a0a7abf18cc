import { longestIngestMs } from '@iaas/rendering/longest-ingest'
import { durations } from '../capacities.ts'
import type { ApiConfig } from '../config.ts'
import { longestUploadBodyMs } from './config.ts'
import type { ReceiveLimits } from './receive-image.ts'

/** How long the steps of an upload may take, ms. */
export type UploadTimes = {
  /** The largest form, until it has arrived. */
  readonly bodyMs: number
  /** From then on, until the original is kept. */
  readonly keepMs: number
  /** The lease of a claim that has none of its own: later, its process is gone. */
  readonly usualLeaseMs: number
  /** The age of a temporary file that no upload needs any more. */
  readonly fileAgeMs: number
}

export function toUploadTimes(config: ApiConfig, limits: ReceiveLimits): UploadTimes {
  const bodyMs = longestUploadBodyMs(limits)
  const keepMs = longestIngestMs(config) + durations.recordUpload
  return {
    bodyMs,
    keepMs,
    usualLeaseMs: durations.legacyUpload + keepMs,
    fileAgeMs: Math.max(durations.temporaryFile, bodyMs + keepMs),
  }
}
