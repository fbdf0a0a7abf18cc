import type { Size, Variant } from '@iaas/common/image'
import type { Sharp } from 'sharp'
import type { SourceFacts } from '../../formats/source-facts.ts'
import type { Attachments } from './attachments/attachments.ts'
import type { EncoderOptions } from '../steps/step.ts'

/** A rendition to be encoded. */
export type Encoding = {
  /** Builds the pipeline of the rendition. Called for each encoding, because a pipeline is consumed once. */
  readonly draw: () => Promise<Sharp>
  readonly source: SourceFacts
  readonly variant: Variant
  /** Size of the rendition, px. */
  readonly size: Size
  /** True if every pixel is a pixel of the original. */
  readonly isUnscaled: boolean
  /** Quality, 1 to 100. */
  readonly quality: number
  readonly encoders: EncoderOptions
  readonly attachments: Attachments
  /**
   * Size of the original, bytes, if it has the format of the rendition and at least as many pixels; undefined: no
   * limit.
   */
  readonly budgetBytes: number | undefined
}
