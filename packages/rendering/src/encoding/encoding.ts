import type { Size, Variant } from '@iaas/common/image'
import type { Sharp } from 'sharp'
import type { SourceFacts } from '../child/source-facts.ts'
import type { EncoderOptions } from '../steps/step.ts'

/** A rendition that is to be encoded. */
export type Encoding = {
  /** Builds the pipeline of the rendition again; each result is consumed once. */
  readonly draw: () => Promise<Sharp>
  readonly source: SourceFacts
  readonly variant: Variant
  /** The size of the rendition, px. */
  readonly size: Size
  /** Every pixel is one of the original. */
  readonly isUnscaled: boolean
  /** 1 to 100. */
  readonly quality: number
  readonly encoders: EncoderOptions
  /** The bytes of the original, if it has the format of the rendition and as many pixels or more; undefined: no limit. */
  readonly budgetBytes: number | undefined
}
