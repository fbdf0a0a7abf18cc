import { AppError } from '../errors.ts'
import { boundBox, hasFreeSide, isWithin, snapToWidth } from './geometry.ts'
import { invalidOption, scaleOptions } from './options.ts'
import { boundCover, planRender, roomWithin } from './plan.ts'
import type { SizedRequest } from './url.ts'
import { formatLengths } from './values/lengths.ts'
import type { Variant } from './variant.ts'
import type { Size } from './values/size.ts'

/** Sizes that the operator allows, so that an image has finitely many variants. An empty list allows every size. */
export type AllowedSizes = {
  /** Widths, px, ascending. A request for another width is redirected to an allowed one. */
  readonly widths: readonly number[]
  /** Boxes, scale folded in, px. A request for any other box is refused. */
  readonly sizes: readonly Size[]
}

const anySize: AllowedSizes = { widths: [], sizes: [] }

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
  const room = roomBeside(variant, bounds)
  const box = snapToWidth(boundBox(variant, fit, room), fit, room, allowedSizes.widths)
  return withBox(request, variant, box)
}

/** @throws AppError INVALID_OPTION if the padding alone fills the bounds */
function roomBeside(variant: Variant, bounds: Size): Size {
  const room = roomWithin(bounds, variant)
  if (room.width > 0 && room.height > 0) return room
  throw invalidOption(
    `"padding" must leave a pixel of ${bounds.width} x ${bounds.height} px; received "${formatLengths(variant.padding)}".`,
  )
}

/**
 * Checks a box against the allowed sizes. With one free side, checks only that some allowed size has the other one; see
 * `boundBySource`.
 *
 * @throws AppError SIZE_NOT_OFFERED if there is a list of sizes and the box is not on it
 */
export function assertAllowedSize({ width, height }: Size, { sizes }: AllowedSizes): void {
  if (sizes.length === 0) return
  if (sizes.some((size) => isSide(width, size.width) && isSide(height, size.height))) return
  const list = sizes.slice(0, 20).map((size) => `${size.width}x${size.height}`)
  throw new AppError(
    'SIZE_NOT_OFFERED',
    `The size ${width}x${height} is not allowed; allowed sizes are ${list.join(', ')}.`,
  )
}

function isSide(side: number, allowed: number): boolean {
  return side === 0 || side === allowed
}

/** Returns true if the result may have to be bounded once the size of the original is known. */
export function dependsOnSource(variant: Variant): boolean {
  return variant.fit === 'cover' || hasFreeSide(variant)
}

/**
 * Like `boundRequest`, for a result whose size depends on the original: a cover, or a box with one free side.
 *
 * @param source size of the image that is brought into the box, see `viewOf`
 * @throws AppError SIZE_NOT_OFFERED if the result of a free side is not an allowed size
 */
export function boundBySource(
  request: SizedRequest,
  variant: Variant,
  source: Size,
  bounds: Size,
  allowedSizes: AllowedSizes = anySize,
): SizedRequest | undefined {
  if (hasFreeSide(variant)) return boundOpen(request, variant, source, bounds, allowedSizes)
  if (variant.fit !== 'cover') return undefined
  const box = boundCover(source, variant, bounds)
  if (box.width === variant.width && box.height === variant.height) return undefined
  return withBox(
    request,
    variant,
    snapToWidth(box, 'cover', roomWithin(bounds, variant), allowedSizes.widths),
  )
}

/** Closes the box at the bounds if the result exceeds them. Otherwise brings its width to an allowed one. */
function boundOpen(
  request: SizedRequest,
  variant: Variant,
  source: Size,
  bounds: Size,
  { widths, sizes }: AllowedSizes,
): SizedRequest | undefined {
  const room = roomWithin(bounds, variant)
  const { scaled: result } = planRender(source, variant, bounds)
  if (!isWithin(result, room)) {
    const box = { width: variant.width || room.width, height: variant.height || room.height }
    const closed = withBox(request, variant, snapToWidth(box, 'clip', room, widths))
    return closed && { ...closed, options: { ...closed.options, fit: 'clip' } }
  }
  assertAllowedSize(result, { widths, sizes })
  if (variant.width !== 0) return undefined
  const { width } = snapToWidth(result, 'clip', room, widths)
  return width === result.width ? undefined : withBox(request, variant, { width, height: 0 })
}

function withBox(request: SizedRequest, variant: Variant, box: Size): SizedRequest | undefined {
  if (box.width === variant.width && box.height === variant.height) return undefined
  const options = scaleOptions(request.options, request.scale)
  return { ...request, width: box.width, height: box.height, scale: 1, options }
}
