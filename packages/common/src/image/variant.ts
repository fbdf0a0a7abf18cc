import { AppError } from '../errors.ts'
import { type Format, formats } from './format.ts'
import { type Size, boundBox, boundCover, toRung } from './geometry.ts'
import type { ImageId } from './id.ts'
import type { Fit, Quality } from './options.ts'
import type { SizedRequest } from './url.ts'

/** One way to show an original, fully described: two requests that mean the same picture have equal variants. */
export type Variant = {
  readonly id: ImageId
  /** The box, scale folded in, px. */
  readonly width: number
  readonly height: number
  readonly fit: Fit
  readonly format: Format
  readonly blur: boolean
  /** Always "auto" where the format has no quality. */
  readonly quality: Quality
}

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

export function toVariant(request: SizedRequest, policy: Policy, acceptsWebp: boolean): Variant {
  const format = acceptsWebp && dependsOnAccept(request, policy) ? 'webp' : request.format
  return {
    id: request.id,
    width: request.width * request.scale,
    height: request.height * request.scale,
    fit: request.options.fit,
    format,
    blur: request.options.blur,
    quality: formats[format].lossy ? request.options.quality : 'auto',
  }
}

/** Whether the client's Accept header can change the answer, so that the answer must say `Vary: Accept`. */
export function dependsOnAccept(request: SizedRequest, policy: Policy): boolean {
  if (request.format === 'webp') return false
  return policy.webpSwitch || (policy.webpOptIn && request.options.allowWebp)
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
