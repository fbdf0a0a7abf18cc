import type { OriginalFormat, Plan, Size, Variant } from '@iaas/common/image'
import type { Sharp } from 'sharp'
import type { Orientation } from '../orientation.ts'

/** How hard the encoders try to make a file small; nothing that shows in the picture. */
export type EncoderOptions = {
  /** Coefficients are chosen by what they cost. */
  readonly jpegTrellis: boolean
  /** 0 to 6. */
  readonly webpEffort: number
  /** 0 to 9. */
  readonly pngCompression: number
  /** Each row is filtered by what suits it. */
  readonly pngFilters: boolean
}

/** All that a step needs to know. */
export type StepContext = {
  /** In the picture as it is displayed. */
  readonly plan: Plan
  /** The size of the source as it is displayed, px. */
  readonly size: Size
  readonly orientation: Orientation
  /** The format of the source. */
  readonly format: OriginalFormat
  readonly variant: Variant
  readonly blurSigma: number
}

/** Adds its part to the picture's pipeline; where it has none, the picture is returned as it is. */
export type Step = (image: Sharp, context: StepContext) => Sharp

export const white = { r: 255, g: 255, b: 255, alpha: 1 } as const
