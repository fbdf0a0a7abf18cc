import {
  type Plan,
  type Size,
  type Variant,
  boundCover,
  formats,
  planRender,
} from '@iaas/common/image'
import type { Sharp } from 'sharp'
import { readJpegHeader } from '../jpeg/read-jpeg.ts'
import { estimateQuality, unknownQuality } from '../jpeg/quality.ts'
import { blur } from '../steps/blur.ts'
import { canvas } from '../steps/canvas.ts'
import { crop } from '../steps/crop.ts'
import { encode } from '../steps/encode.ts'
import { flatten } from '../steps/flatten.ts'
import { preCrop } from '../steps/pre-crop.ts'
import { resize } from '../steps/resize.ts'
import type { EncoderOptions, Step } from '../steps/step.ts'
import { turn } from '../steps/turn.ts'
import type { SourceFacts } from './inspect.ts'
import { openForDisplay } from './sharp.ts'

/** From the stored source to the bytes, in the order in which sharp does them, whatever order it is told them in. */
const steps: readonly Step[] = [preCrop, flatten, resize, turn, crop, canvas, blur, encode]

/** The sizes of a render; undefined where the result of a cover would leave the bounds, and a smaller box would not. */
export function planVariant(source: Size, variant: Variant, bounds: Size): Plan | undefined {
  if (variant.fit === 'cover') {
    const box = boundCover(source, variant, bounds)
    if (box.width !== variant.width || box.height !== variant.height) return undefined
  }
  return planRender(source, variant, variant.fit, bounds)
}

export type RenderFileOptions = {
  readonly path: string
  readonly source: SourceFacts
  readonly variant: Variant
  readonly plan: Plan
  /** Where it is known better than by the file. */
  readonly originalQuality: number | undefined
  readonly maxPixels: number
  readonly blurSigma: number
  readonly encoders: EncoderOptions
}

export async function renderFile(options: RenderFileOptions): Promise<Uint8Array> {
  const { path, source, variant, plan, maxPixels, blurSigma, encoders } = options
  const { size, orientation } = source
  const quality = chooseQuality(options)
  const context = { plan, size, orientation, variant, quality, blurSigma, encoders }
  const opened = await openForDisplay(path, maxPixels, source)
  const image = steps.reduce<Sharp>((made, step) => step(made, context), opened)
  return image.toBuffer()
}

function chooseQuality(options: RenderFileOptions): number {
  const { format, quality } = options.variant
  if (!formats[format].lossy) return unknownQuality
  // The encoders begin at 1.
  if (quality !== 'auto') return Math.max(1, quality)
  return options.originalQuality ?? originalQuality(options.path, options.source)
}

/** The quality that an original was written with, 1 to 100. */
export function originalQuality(path: string, { format }: SourceFacts): number {
  return format === 'jpeg' ? estimateQuality(readJpegHeader(path)) : unknownQuality
}
