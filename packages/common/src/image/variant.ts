import { AppError } from '../errors.ts'
import { type Format, formats, variantFormats } from './formats.ts'
import { type Size, boundBox, boundCover, toRung } from './geometry.ts'
import type { ImageId } from './id.ts'
import { type ImageOptions, type VariantOptions, params, variantOptionKeys } from './params.ts'
import type { SizedRequest } from './url.ts'

/** One way to show an original, fully described: two requests that mean the same image have equal variants. */
export type Variant = {
  readonly id: ImageId
  /** The box, scale folded in, px. */
  readonly width: number
  readonly height: number
  readonly format: Format
} & VariantOptions

/** What the operator allows. */
export type Policy = {
  /** The largest box and the largest result, px. */
  readonly bounds: Size
  /** Whether `allow_webp=true` is honoured. */
  readonly webpOptIn: boolean
  /** Whether every client that accepts WebP gets it. */
  readonly webpSwitch: boolean
}

/** Which sizes there are, so that there are finitely many variants of a picture. An empty list: every one. */
export type Offer = {
  /** Rungs, px, ascending: a request is redirected to the next one. */
  readonly widths: readonly number[]
  /** Boxes, scale folded in, px: a request for any other is refused. */
  readonly sizes: readonly Size[]
}

const everything: Offer = { widths: [], sizes: [] }

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
    ...variantOptionsFor(format, options),
  }
}

/** Returns the options that change the bytes in this format; those that do not apply to it have their defaults. */
function variantOptionsFor(format: Format, options: ImageOptions): VariantOptions {
  const kept: Record<string, unknown> = {}
  for (const key of variantOptionKeys) {
    const { appliesTo, default: fallback } = params[key]
    kept[key] = appliesTo?.(formats[format]) === false ? fallback : options[key]
  }
  return kept as VariantOptions
}

const negotiable = variantFormats.filter((format) => formats[format].negotiable)
const none: readonly Format[] = []

/**
 * Returns the formats that the client's Accept header can turn the answer into, in the order of preference. If there is
 * one, the answer must say `Vary: Accept`.
 */
export function negotiableFormats(request: SizedRequest, policy: Policy): readonly Format[] {
  const isOpen = policy.webpSwitch || (policy.webpOptIn && request.options.allowWebp)
  return isOpen && !formats[request.format].negotiable ? negotiable : none
}

/** The bounds of a result in this format: the operator's, and the format's own. */
export function boundsFor(format: Format, policy: Policy): Size {
  const { maxSide } = formats[format]
  return {
    width: Math.min(policy.bounds.width, maxSide),
    height: Math.min(policy.bounds.height, maxSide),
  }
}

/**
 * The same request within the bounds and on one of the offered widths, every option kept and the scale folded into the
 * box; undefined where it is there already.
 */
export function boundRequest(
  request: SizedRequest,
  variant: Variant,
  bounds: Size,
  offer: Offer = everything,
): SizedRequest | undefined {
  const { fit } = variant
  const box = toRung(boundBox(variant, fit, bounds), fit, bounds, offer.widths)
  return withBox(request, variant, box)
}

/** @throws AppError SIZE_NOT_OFFERED where there is a list of sizes and the box is none of them */
export function assertOffered({ width, height }: Variant, { sizes }: Offer): void {
  if (sizes.length === 0) return
  if (sizes.some((size) => size.width === width && size.height === height)) return
  const list = sizes.slice(0, 20).map((size) => `${size.width}x${size.height}`)
  throw new AppError(
    'SIZE_NOT_OFFERED',
    `The size ${width}x${height} is not offered; there are ${list.join(', ')}.`,
  )
}

/** As `boundRequest`, for a cover whose result (not its box) leaves the bounds. */
export function boundCoverRequest(
  request: SizedRequest,
  variant: Variant,
  source: Size,
  bounds: Size,
  offer: Offer = everything,
): SizedRequest | undefined {
  if (variant.fit !== 'cover') return undefined
  const box = boundCover(source, variant, bounds)
  if (box.width === variant.width && box.height === variant.height) return undefined
  return withBox(request, variant, toRung(box, 'cover', bounds, offer.widths))
}

function withBox(request: SizedRequest, variant: Variant, box: Size): SizedRequest | undefined {
  if (box.width === variant.width && box.height === variant.height) return undefined
  return { ...request, width: box.width, height: box.height, scale: 1 }
}
