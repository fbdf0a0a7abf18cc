import type { OriginalFormat, Plan, Region, Size, Variant } from '@iaas/common/image'
import type { Sharp } from 'sharp'
import type { Orientation } from '../../formats/orientation.ts'

/** Effort of the encoders to make files small. Does not change the look of the image. */
export type EncoderOptions = {
  /** JPEG trellis quantisation. */
  readonly jpegTrellis: boolean
  /** WebP effort, 0 to 6. */
  readonly webpEffort: number
  /** AVIF effort, 0 to 9. */
  readonly avifEffort: number
  /** GIF effort, 1 to 10. */
  readonly gifEffort: number
  /** zlib level of PNG, 0 to 9. */
  readonly pngCompression: number
  /** Adaptive PNG filters, chosen per row. */
  readonly pngFilters: boolean
}

/** Inputs of a step. */
export type StepContext = {
  /** Sizes in the view. */
  readonly plan: Plan
  /** Region of the stored source that is rendered; undefined for all of it. */
  readonly region: Region | undefined
  /** Size of the view: the region, upright and turned, px. */
  readonly size: Size
  /** Turns the stored region into the view. */
  readonly orientation: Orientation
  /** Format of the source. */
  readonly format: OriginalFormat
  readonly variant: Variant
  readonly blurSigma: number
}

/** Adds its operation to the pipeline of the image. Returns the pipeline unchanged if the step has nothing to do. */
export type Step = (image: Sharp, context: StepContext) => Sharp

export const white = { r: 255, g: 255, b: 255, alpha: 1 } as const
