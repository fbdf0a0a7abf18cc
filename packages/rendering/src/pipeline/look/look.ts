import { type Plan, type Variant, defaultVariantOptions, formats } from '@iaas/common/image'
import type { SourceFacts } from '../../formats/source-facts.ts'
import type { Pixels } from '../encoding/pixels.ts'
import { colourOperations } from './colour.ts'
import { effectOperations } from './effects.ts'
import { colourBehind, fillsWithColour, frameOperations } from './frame.ts'
import { type Layer, drawLayer } from './layer.ts'
import type { Operation } from './operation.ts'
import { roundCorners } from './round-corners.ts'

/** Operations on an image that has its size. */
export type Look = {
  readonly operations: readonly Operation[]
  /** See `Scaled`. */
  readonly isForeign: boolean
  /** True if every step works on grey pixels without alpha. */
  readonly isGrey: boolean
  /** Facts about the result, for its encoding. */
  readonly facts: Pick<SourceFacts, 'colours' | 'hasAlpha'>
}

const optionsOfLook = [
  'brightness',
  'contrast',
  'saturation',
  'hue',
  'grayscale',
  'negate',
  'sharpen',
  'pixelate',
  'padding',
  'background',
  'radius',
  'watermark',
  'text',
] as const satisfies readonly (keyof Variant)[]

/** Returns true if the steps of a plain rendition do all that the variant asks for. */
export function isPlain(variant: Variant): boolean {
  const isUnset = (key: (typeof optionsOfLook)[number]) =>
    variant[key] === defaultVariantOptions[key]
  return typeof variant.blur === 'boolean' && optionsOfLook.every(isUnset)
}

export type LookOptions = {
  readonly variant: Variant
  readonly plan: Plan
  readonly source: SourceFacts
  readonly blurSigma: number
  /** Drawn over the image, in this order. */
  readonly layers: readonly Layer[]
}

/** Plans the operations after scaling: colours, effects, what lies behind and around the image, layers, corners. */
export function planLook({ variant, plan, source, blurSigma, layers }: LookOptions): Look {
  const isGrey = source.colours === 'grey'
  const { alpha: behind, isFlat } = flatness(variant, plan)
  const corners = formats[variant.format].hasAlpha ? undefined : colourBehind(variant, plan)
  const { radius } = variant
  const operations: Operation[] = [
    ...colourOperations(variant, isGrey),
    ...effectOperations(variant, blurSigma),
    ...frameOperations(variant, plan, source.hasAlpha),
    ...layers.map((layer) => ({ change: (pixels: Pixels) => drawLayer(pixels, layer) })),
  ]
  if (radius !== 0) operations.push({ change: (pixels) => roundCorners(pixels, radius, corners) })
  const hasAlpha =
    (source.hasAlpha && !isFlat) || (radius !== 0 && corners === undefined) || behind < 255
  const isColoured = fillsWithColour(variant, plan) || layers.length > 0
  const isGreyResult = (isGrey || variant.grayscale) && !isColoured
  return {
    operations,
    isForeign: source.isDeep || (isGrey && !isGreyResult) || isCroppedAndFramed(plan),
    isGrey: isGrey && isGreyResult && !source.hasAlpha && radius === 0,
    facts: { colours: isGreyResult ? 'grey' : isGrey ? 'rgb' : source.colours, hasAlpha },
  }
}

/** Returns true if sharp would report the size of the crop for the size of the frame around it. */
function isCroppedAndFramed({ crop, canvas }: Plan): boolean {
  return crop !== undefined && canvas !== undefined
}

function flatness(variant: Variant, plan: Plan) {
  const [, , , alpha] = colourBehind(variant, plan)
  return { alpha: plan.canvas === undefined ? 255 : alpha, isFlat: alpha === 255 }
}
