import { type Format, type Variant, formats } from '@iaas/common/image'
import { readQuality, unknownQuality } from '../../formats/readers.ts'
import type { SourceFacts } from '../../formats/source-facts.ts'

/**
 * Qualities that names stand for: numbers of equal similarity (SSIM) to the original, as measured; see docs/performance.md.
 * Variants that are stored under a name keep them.
 */
const namedQualities = {
  jpg: { low: 45, medium: 65, high: 80, best: 92 },
  webp: { low: 56, medium: 80, high: 88, best: 98 },
  avif: { low: 52, medium: 73, high: 87, best: 95 },
} as const

type LossyFormat = keyof typeof namedQualities

function isLossy(format: Format): format is LossyFormat {
  return formats[format].lossy
}

export type QualityChoice = {
  readonly path: string
  readonly source: Pick<SourceFacts, 'format'>
  readonly variant: Pick<Variant, 'format' | 'quality'>
  /** Set if the quality is known better than from the file. */
  readonly originalQuality: number | undefined
}

/** Returns the quality of a rendition, 1 to 100. */
export function chooseQuality({ path, source, variant, originalQuality }: QualityChoice): number {
  const { format, quality } = variant
  if (!isLossy(format)) return unknownQuality
  // Encoders accept qualities from 1.
  if (typeof quality === 'number') return Math.max(1, quality)
  if (quality !== 'auto') return namedQualities[format][quality]
  return originalQuality ?? readQuality(path, source.format)
}
