import { type Ingested, ingestWarnings } from '@iaas/common/ports/renderer'

/**
 * Warnings of an upload that was accepted. `animation-too-long`: every variant of it is a still image. `old-version-cached`: a
 * process may answer with the replaced version for up to 30 seconds.
 */
export const uploadWarnings = [
  ...ingestWarnings,
  'animation-too-long',
  'old-version-cached',
] as const
export type UploadWarning = (typeof uploadWarnings)[number]

export function warningsOf({ warnings = [], isTooLong }: Ingested): readonly UploadWarning[] {
  return isTooLong === true ? [...warnings, 'animation-too-long'] : warnings
}
