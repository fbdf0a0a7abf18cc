import { AppError } from '../errors.ts'
import { type Format, formats, variantFormats } from './formats.ts'
import { type Size, boundBox, snapToWidth } from './geometry.ts'
import type { ImageId } from './id.ts'
import { scaleOptions } from './options.ts'
import type { VariantOptions } from './params.ts'
import { boundCover } from './plan.ts'
import { relevantOptions } from './relevance.ts'
import type { SizedRequest } from './url.ts'

/** Full description of one rendition of an original. Two requests that mean the same image have equal variants. */
export type Variant = {
  readonly id: ImageId
  /** Box with the scale folded in, px. */
  readonly width: number
  readonly height: number
  readonly format: Format
} & VariantOptions

/** Limits and switches set by the operator. */
export type Policy = {
  /** Largest box and largest result, px. */
  readonly bounds: Size
  /** Honours `allow_webp=true`. */
  readonly webpOptIn: boolean
  /** Sends WebP to every client that accepts it. */
  readonly webpSwitch: boolean
}

/** Sizes that the operator allows, so that an image has finitely many variants. An empty list allows every size. */
export type AllowedSizes = {
  /** Widths, px, ascending. A request for another width is redirected to an allowed one. */
  readonly widths: readonly number[]
  /** Boxes, scale folded in, px. A request for any other box is refused. */
  readonly sizes: readonly Size[]
}

const anySize: AllowedSizes = { widths: [], sizes: [] }

/**
 * Returns the variant that a request means.
 *
 * @param accepted the formats that the client's Accept header names
 */
export function toVariant(
  request: SizedRequest,
  policy: Policy,
  accepted: readonly Format[],
): Variant {
  const { id, width, height, scale, options } = request
  const negotiated = negotiableFormats(request, policy).find((format) => accepted.includes(format))
  const format = negotiated ?? request.format
  return {
    id,
    width: width * scale,
    height: height * scale,
    format,
    ...relevantOptions(scaleOptions(options, scale), format),
  }
}

const negotiable = variantFormats.filter((format) => formats[format].negotiable)
const none: readonly Format[] = []

/**
 * Returns the formats that the client's Accept header can turn the answer into, most preferred first. If there is any,
 * the answer must carry `Vary: Accept`.
 */
export function negotiableFormats(request: SizedRequest, policy: Policy): readonly Format[] {
  const isOpen = policy.webpSwitch || (policy.webpOptIn && request.options.allowWebp)
  return isOpen && !formats[request.format].negotiable ? negotiable : none
}

/** Returns the bounds of a result in this format: the smaller of the operator's and the format's. */
export function boundsFor(format: Format, policy: Policy): Size {
  const { maxSide } = formats[format]
  return {
    width: Math.min(policy.bounds.width, maxSide),
    height: Math.min(policy.bounds.height, maxSide),
  }
}

/**
 * Returns the request with its box within the bounds and on an allowed width. Keeps every option and folds the scale into
 * the box. Returns undefined if the box needs no change.
 */
export function boundRequest(
  request: SizedRequest,
  variant: Variant,
  bounds: Size,
  allowedSizes: AllowedSizes = anySize,
): SizedRequest | undefined {
  const { fit } = variant
  const box = snapToWidth(boundBox(variant, fit, bounds), fit, bounds, allowedSizes.widths)
  return withBox(request, variant, box)
}

/**
 * Checks a box against the allowed sizes.
 *
 * @throws AppError SIZE_NOT_OFFERED if there is a list of sizes and the box is not on it
 */
export function assertAllowedSize({ width, height }: Variant, { sizes }: AllowedSizes): void {
  if (sizes.length === 0) return
  if (sizes.some((size) => size.width === width && size.height === height)) return
  const list = sizes.slice(0, 20).map((size) => `${size.width}x${size.height}`)
  throw new AppError(
    'SIZE_NOT_OFFERED',
    `The size ${width}x${height} is not allowed; allowed sizes are ${list.join(', ')}.`,
  )
}

/** Like `boundRequest`, for a cover whose result (not its box) exceeds the bounds. */
export function boundCoverRequest(
  request: SizedRequest,
  variant: Variant,
  source: Size,
  bounds: Size,
  allowedSizes: AllowedSizes = anySize,
): SizedRequest | undefined {
  if (variant.fit !== 'cover') return undefined
  const box = boundCover(source, variant, bounds)
  if (box.width === variant.width && box.height === variant.height) return undefined
  return withBox(request, variant, snapToWidth(box, 'cover', bounds, allowedSizes.widths))
}

function withBox(request: SizedRequest, variant: Variant, box: Size): SizedRequest | undefined {
  if (box.width === variant.width && box.height === variant.height) return undefined
  const options = scaleOptions(request.options, request.scale)
  return { ...request, width: box.width, height: box.height, scale: 1, options }
}
