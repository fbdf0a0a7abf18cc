import { type Variant, formats } from '@iaas/common/image'
import { readQuality, unknownQuality } from '../../formats/readers.ts'
import type { SourceFacts } from '../../formats/source-facts.ts'

/** Qualities that names stand for. Every format has the scale of JPEG, on which equal numbers look alike. */
const namedQualities = { low: 45, medium: 65, high: 80, best: 92 } as const

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
  if (!formats[format].lossy) return unknownQuality
  // Encoders accept qualities from 1.
  if (typeof quality === 'number') return Math.max(1, quality)
  if (quality !== 'auto') return namedQualities[quality]
  return originalQuality ?? readQuality(path, source.format)
}
