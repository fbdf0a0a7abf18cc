import type { Plan, Size, Variant } from '@iaas/common/image'
import type { Sharp } from 'sharp'
import type { Orientation } from '../orientation.ts'

/** All that a step needs to know. */
export type StepContext = {
  /** In the picture as it is displayed. */
  readonly plan: Plan
  /** The size of the source as it is displayed, px. */
  readonly size: Size
  readonly orientation: Orientation
  readonly variant: Variant
  /** 1 to 100. */
  readonly quality: number
  readonly blurSigma: number
}

/** Adds its part to the picture's pipeline; where it has none, the picture is returned as it is. */
export type Step = (image: Sharp, context: StepContext) => Sharp

export const white = { r: 255, g: 255, b: 255, alpha: 1 } as const
