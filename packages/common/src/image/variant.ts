import { type Format, formats, variantFormats } from './formats.ts'
import { hasFreeSide } from './geometry.ts'
import type { ImageId } from './id.ts'
import { scaleOptions } from './options.ts'
import { type VariantOptions, defaultOptions } from './params.ts'
import { relevantOptions } from './relevance.ts'
import type { SizedRequest } from './url.ts'
import type { Size } from './values/size.ts'

/** Full description of one rendition of an original. Two requests that mean the same image have equal variants. */
export type Variant = {
  readonly id: ImageId
  /** Box with the scale folded in, px. One side may be 0: the other one alone decides. */
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
  const box = { width: width * scale, height: height * scale }
  const scaled = scaleOptions(options, scale)
  // A box with one free side is the same for every fit.
  const chosen = hasFreeSide(box) ? { ...scaled, fit: defaultOptions.fit } : scaled
  return { id, ...box, format, ...relevantOptions(chosen, format) }
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
