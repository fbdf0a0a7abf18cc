import { changedKeys, noteChanges } from './changes.ts'
import {
  type Format,
  type RequestFormat,
  autoFormat,
  formats,
  negotiableFormats,
} from './formats.ts'
import { hasFreeSide } from './geometry.ts'
import type { ImageId } from './id.ts'
import { invalidOption, scaleOptions } from './options.ts'
import {
  type VariantOptions,
  defaultOptions,
  defaultVariantOptions,
  paramOf,
  variantOptionKeys,
} from './params.ts'
import { type FindWatermark, withPlacedWatermark } from './place-watermark.ts'
import { relevantOptions } from './relevance.ts'
import { type FindFont, withFontDigest } from './resolve-font.ts'
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
  /** Formats that `.auto` chooses from, most preferred first; `negotiableFormats` if absent. */
  readonly autoFormats?: readonly Format[]
  /** Absent where there are no watermarks. */
  readonly findWatermark?: FindWatermark
  /** Absent where there are no fonts. */
  readonly findFont?: FindFont
}

/**
 * Returns the variant that a request means.
 *
 * @param accepted the formats that the client's Accept header names
 * @param plainFormat format of `.auto` for a client that names none of its formats; see `isUndecided`
 */
export function toVariant(
  request: SizedRequest,
  policy: Policy,
  accepted: readonly Format[],
  plainFormat: Format = 'jpg',
): Variant {
  const { id, width, height, scale, options } = request
  assertAnimates(request)
  const chosen = chooseFormat(request, policy, accepted)
  const format = chosen === autoFormat ? plainFormat : chosen
  const box = { width: width * scale, height: height * scale }
  const drawn = withFontDigest(withPlacedWatermark(options, policy.findWatermark), policy.findFont)
  const scaled = scaleOptions(drawn, scale)
  // A box with one free side is the same for every fit.
  const isFitFree = hasFreeSide(box) && scaled.fit !== defaultOptions.fit
  const framed = isFitFree ? { ...scaled, fit: defaultOptions.fit } : scaled
  return describe({ id, ...box, format }, relevantOptions(framed, format))
}

const plain = { id: '' as ImageId, width: 0, height: 0, format: 'jpg', ...defaultVariantOptions }

/** Without options, copies a complete variant and sets its frame, which takes a tenth of the time of a merge. */
function describe(frame: Omit<Variant, keyof VariantOptions>, options: VariantOptions): Variant {
  const { id, width, height, format } = frame
  if (options === defaultVariantOptions) {
    return noteChanges({ ...plain, id, width, height, format }, [])
  }
  return noteChanges({ id, width, height, format, ...options }, changedKeys(options))
}

/** @throws AppError INVALID_OPTION for `animated=true` where no animation can be kept */
function assertAnimates({ format, options }: SizedRequest): void {
  if (options.animated !== true) return
  if (format === autoFormat || formats[format].animation === 'none')
    throw invalidOption(
      `"animated" must be false or auto in .${format}; .gif and .webp keep animations.`,
    )
  if (options.maxBytes !== undefined)
    throw invalidOption('"animated" must be false or auto beside max_bytes.')
  if (options.frame !== defaultOptions.frame)
    throw invalidOption('"frame" must be 0 beside animated=true.')
}

/** Returns true if a variant keeps the animation of its original, if that has one. */
export function keepsAnimation({
  format,
  animated,
  frame,
}: Pick<Variant, 'format' | 'animated' | 'frame'>): boolean {
  if (frame > 0) return false
  const { animation } = formats[format]
  return animation === 'kept' ? animated !== false : animation === 'on-request' && animated === true
}

/** Returns true for a variant with something drawn over its image. */
export function hasLayers({ watermark, text }: Pick<Variant, 'watermark' | 'text'>): boolean {
  return watermark !== undefined || text !== undefined
}

function chooseFormat(
  request: SizedRequest,
  policy: Policy,
  accepted: readonly Format[],
): RequestFormat {
  const offered = offeredFormats(request, policy)
  return offered.find((format) => accepted.includes(format)) ?? request.format
}

/** Restores what JSON loses: `===` tells whether an option has its default. */
export function revive(variant: Variant): Variant {
  const revived: Record<string, unknown> = { ...variant }
  for (const key of variantOptionKeys) {
    const { default: fallback, format } = paramOf(key)
    const value = variant[key]
    const isDefault =
      value === undefined || (fallback !== undefined && format(value) === format(fallback))
    revived[key] = isDefault ? fallback : value
  }
  return revived as Variant
}

/**
 * Returns true if the format of the answer depends on the original: `.auto`, and the client names none of its formats.
 * The answer is then JPEG, or PNG for an original with a pixel that is not opaque.
 */
export function isUndecided(
  request: SizedRequest,
  policy: Policy,
  accepted: readonly Format[],
): boolean {
  return chooseFormat(request, policy, accepted) === autoFormat
}

/** Formats of the legacy iaas that its WebP switches replace. */
const switched: ReadonlySet<RequestFormat> = new Set(['jpg', 'png'])
const switchedTo: readonly Format[] = ['webp']
const none: readonly Format[] = []

/** Returns the formats that the client's Accept header can turn the answer into, most preferred first. */
function offeredFormats({ format, options }: SizedRequest, policy: Policy): readonly Format[] {
  if (format === autoFormat) return policy.autoFormats ?? negotiableFormats
  const isOpen = policy.webpSwitch || (policy.webpOptIn && options.allowWebp)
  return isOpen && switched.has(format) ? switchedTo : none
}

/** Returns true if the client's Accept header can change the answer, which must then carry `Vary: Accept`. */
export function isNegotiated(request: SizedRequest, policy: Policy): boolean {
  return request.format === autoFormat || offeredFormats(request, policy).length > 0
}

/** Returns the bounds of a result in this format: the smaller of the operator's and the format's. */
export function boundsFor(format: Format, policy: Policy): Size {
  const { maxSide } = formats[format]
  return {
    width: Math.min(policy.bounds.width, maxSide),
    height: Math.min(policy.bounds.height, maxSide),
  }
}
