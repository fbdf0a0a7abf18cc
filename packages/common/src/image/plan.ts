import { isLarger, hasFreeSide, isWithin, scaleToCover, scaleToFit } from './geometry.ts'
import type { VariantOptions } from './params.ts'
import { type Gravity, pointOf } from './values/gravity.ts'
import { noLengths } from './values/lengths.ts'
import type { Region, Size } from './values/size.ts'

/** The box of a variant and the options that decide sizes. */
export type Framing = Size & Pick<VariantOptions, 'fit' | 'gravity' | 'enlarge' | 'padding'>

/** All sizes of a rendition, computed before any pixel is decoded. The steps apply in the order of the fields. */
export type Plan = {
  /** Cropped from the displayed source before scaling, if scaling first would scale far more than is kept. */
  readonly preCrop: Region | undefined
  /** Size that the source, or its `preCrop`, is scaled to. */
  readonly scaled: Size
  /** Cropped from the scaled image. */
  readonly crop: Region | undefined
  /** Position of the image on a larger background: the bars of a canvas, and padding. */
  readonly canvas: (Size & { readonly left: number; readonly top: number }) | undefined
  /** Size of the result. */
  readonly result: Size
}

/**
 * Ratio of scaled to kept pixels above which cropping before scaling is cheaper. Below it, scaling first lets the
 * decoder shrink on load.
 */
const preCropRatio = 4

/**
 * Plans the sizes of a rendition.
 *
 * @param source size of the image that is brought into the box, see `viewOf`
 * @param bounds largest allowed result. `boundRequest` and `boundBySource` have already redirected every request that a
 * smaller box brings within the bounds; a cover that no box brings within them is scaled down here.
 */
export function planRender(source: Size, framing: Framing, bounds: Size): Plan {
  return pad(planBox(source, framing, roomWithin(bounds, framing)), framing)
}

function planBox(source: Size, framing: Framing, bounds: Size): Plan {
  if (hasFreeSide(framing)) return scaleOnly(fitInto(source, closedBox(framing)))
  switch (framing.fit) {
    case 'clip':
      return scaleOnly(fitInto(source, framing))
    case 'cover': {
      const cover = coverOf(source, framing)
      return scaleOnly(isWithin(cover, bounds) ? cover : scaleToFit(source, bounds))
    }
    case 'canvas':
      return placeOnCanvas(fitInto(source, framing), framing)
    case 'crop':
      return cropToBox(source, framing)
  }
}

function pad(plan: Plan, { padding }: Framing): Plan {
  if (padding === noLengths) return plan
  const { canvas = { left: 0, top: 0, ...plan.result }, result } = plan
  const padded = {
    width: result.width + padding.left + padding.right,
    height: result.height + padding.top + padding.bottom,
  }
  const [left, top] = [canvas.left + padding.left, canvas.top + padding.top]
  return { ...plan, canvas: { ...padded, left, top }, result: padded }
}

/** Returns the bounds without the padding. Sides may be less than 1; `boundRequest` refuses such requests. */
export function roomWithin({ width, height }: Size, { padding }: Pick<Framing, 'padding'>): Size {
  return {
    width: width - padding.left - padding.right,
    height: height - padding.top - padding.bottom,
  }
}

/** Returns undefined if the result would exceed the bounds and a smaller box would not. */
export function planWithin(source: Size, framing: Framing, bounds: Size): Plan | undefined {
  const plan = planRender(source, framing, bounds)
  if (hasFreeSide(framing)) return isWithin(plan.result, bounds) ? plan : undefined
  if (framing.fit !== 'cover') return plan
  const box = boundCover(source, framing, bounds)
  return box.width === framing.width && box.height === framing.height ? plan : undefined
}

/** Replaces a free side by one that never decides. */
function closedBox(framing: Framing): Framing {
  return { ...framing, width: framing.width || Infinity, height: framing.height || Infinity }
}

function scaleOnly(scaled: Size): Plan {
  return { preCrop: undefined, scaled, crop: undefined, canvas: undefined, result: scaled }
}

/** Returns the size of the image within the box. */
function fitInto(source: Size, framing: Framing): Size {
  return framing.enlarge || !isWithin(source, framing) ? scaleToFit(source, framing) : source
}

/** Returns the size of the image over the box. */
function coverOf(source: Size, framing: Framing): Size {
  const cover = scaleToCover(source, framing)
  return framing.enlarge || !isLarger(cover, source) ? cover : source
}

function placeOnCanvas(scaled: Size, { width, height, gravity }: Framing): Plan {
  const result = { width, height }
  const canvas = { ...result, ...placeWithin(result, scaled, gravity) }
  return { preCrop: undefined, scaled, crop: undefined, canvas, result }
}

function cropToBox(source: Size, framing: Framing): Plan {
  const { gravity, enlarge } = framing
  const box: Size = { width: framing.width, height: framing.height }
  const scaled = scaleToCover(source, box)
  if (!enlarge && isLarger(scaled, source)) {
    const result = scaleToFit(box, source)
    return { ...scaleOnly(source), crop: keepAround(gravity, source, result), result }
  }
  if (scaled.width * scaled.height > preCropRatio * box.width * box.height) {
    const preCrop = keepAround(gravity, source, scaleToFit(box, source))
    return { ...scaleOnly(box), preCrop }
  }
  return { ...scaleOnly(scaled), crop: keepAround(gravity, scaled, box), result: box }
}

/** Returns the region of this size whose middle is as near to the point as possible. */
function keepAround(gravity: Gravity, image: Size, kept: Size): Region {
  const { x, y } = pointOf(gravity)
  const left = startAround(x, image.width, kept.width)
  return { left, top: startAround(y, image.height, kept.height), ...kept }
}

function startAround(fraction: number, side: number, length: number): number {
  return Math.floor(Math.min(Math.max(0, fraction * side - length / 2), side - length))
}

/** Returns the place of the image on a larger canvas: the fractions are shares of the free space. */
function placeWithin(canvas: Size, image: Size, gravity: Gravity) {
  const { x, y } = pointOf(gravity)
  return {
    left: Math.floor((canvas.width - image.width) * x),
    top: Math.floor((canvas.height - image.height) * y),
  }
}

const smallestBox: Size = { width: 1, height: 1 }

/**
 * Returns the largest box, with the ratio of `framing`, whose cover of `source` stays within `bounds`. If even a box of
 * one pixel exceeds them, returns that box; `planRender` then scales it down to the bounds.
 */
export function boundCover(source: Size, framing: Framing, outer: Size): Size {
  const { width, height } = framing
  const bounds = roomWithin(outer, framing)
  if (isWithin(coverOf(source, framing), bounds)) return { width, height }
  const cover = scaleToCover(source, framing)
  const shrink = Math.min(bounds.width / cover.width, bounds.height / cover.height)
  const bounded = {
    width: Math.max(1, Math.floor(width * shrink)),
    height: Math.max(1, Math.floor(height * shrink)),
  }
  return isWithin(scaleToCover(source, bounded), bounds) ? bounded : smallestBox
}
