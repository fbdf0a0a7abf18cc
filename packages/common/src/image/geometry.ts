import type { Fit } from './params.ts'

/** Width and height in px, positive integers. */
export type Size = { readonly width: number; readonly height: number }

/** A rectangle within an image: its top left corner and its size, px. */
export type Region = Size & { readonly left: number; readonly top: number }

/** All sizes of a rendition, computed before any pixel is decoded. The steps apply in the order of the fields. */
export type Plan = {
  /** Cropped from the displayed source before scaling, if scaling first would scale far more than is kept. */
  readonly preCrop: Region | undefined
  /** Size that the source, or its `preCrop`, is scaled to. */
  readonly scaled: Size
  /** Cropped from the scaled image. */
  readonly crop: Region | undefined
  /** Position of the scaled image on a larger white background. */
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
 * Plans the sizes of a rendition of `source` for `box`.
 *
 * @param source size of the displayed image, after EXIF orientation
 * @param bounds largest allowed result. `boundRequest` and `boundCover` have already redirected every request that a
 * smaller box brings within the bounds; a cover that no box brings within them is scaled down here.
 */
export function planRender(source: Size, box: Size, fit: Fit, bounds: Size): Plan {
  switch (fit) {
    case 'clip':
      return scaleOnly(scaleToFit(source, box))
    case 'cover': {
      const cover = scaleToCover(source, box)
      return scaleOnly(isWithin(cover, bounds) ? cover : scaleToFit(source, bounds))
    }
    case 'canvas':
      return placeOnCanvas(scaleToFit(source, box), box)
    case 'crop':
      return cropToBox(source, box)
  }
}

function scaleOnly(scaled: Size): Plan {
  return { preCrop: undefined, scaled, crop: undefined, canvas: undefined, result: scaled }
}

function placeOnCanvas(scaled: Size, box: Size): Plan {
  const canvas = { ...box, ...centre(box, scaled) }
  return { preCrop: undefined, scaled, crop: undefined, canvas, result: box }
}

function cropToBox(source: Size, box: Size): Plan {
  const scaled = scaleToCover(source, box)
  if (scaled.width * scaled.height > preCropRatio * box.width * box.height) {
    const kept = scaleToFit(box, source)
    const preCrop = { ...kept, ...centre(source, kept) }
    return { preCrop, scaled: box, crop: undefined, canvas: undefined, result: box }
  }
  const crop = { ...box, ...centre(scaled, box) }
  return { preCrop: undefined, scaled, crop, canvas: undefined, result: box }
}

/** Returns the largest size within `box` with the ratio of `source`, rounded to whole pixels, at least 1. */
export function scaleToFit(source: Size, box: Size): Size {
  return isWiderThan(source, box)
    ? { width: box.width, height: scaleSide(source.height, box.width, source.width) }
    : { width: scaleSide(source.width, box.height, source.height), height: box.height }
}

/** Returns the smallest size that covers `box` with the ratio of `source`, rounded to whole pixels, at least 1. */
export function scaleToCover(source: Size, box: Size): Size {
  return isWiderThan(source, box)
    ? { width: scaleSide(source.width, box.height, source.height), height: box.height }
    : { width: box.width, height: scaleSide(source.height, box.width, source.width) }
}

export function isWithin(size: Size, bounds: Size): boolean {
  return size.width <= bounds.width && size.height <= bounds.height
}

/** Bounds a box. A clip caps each side; other fits shrink both sides by one factor, which keeps the ratio. */
export function boundBox(box: Size, fit: Fit, bounds: Size): Size {
  if (isWithin(box, bounds)) return box
  if (fit !== 'clip') return scaleToFit(box, bounds)
  return {
    width: Math.min(box.width, bounds.width),
    height: Math.min(box.height, bounds.height),
  }
}

/**
 * Snaps `box` to an allowed width and keeps its ratio. Takes the next larger width, or the largest that fits into `bounds`.
 * A box too thin for every width gets the smallest width and the greatest height. The box of a cover is a minimum: it snaps
 * to the next smaller width, so that the result does not grow; below the smallest width it stays as it is.
 *
 * @param widths allowed widths, px, ascending; if empty, every width is allowed
 */
export function snapToWidth(box: Size, fit: Fit, bounds: Size, widths: readonly number[]): Size {
  const ofWidth = (width: number) => ({ width, height: scaleSide(box.height, width, box.width) })
  const allowed = widths.filter((width) => width <= bounds.width)
  const [lowest] = allowed
  if (lowest === undefined) return box
  if (fit === 'cover') {
    const below = allowed.findLast((width) => width <= box.width)
    return below === undefined ? box : ofWidth(below)
  }
  const fitting = allowed.filter((width) => isWithin(ofWidth(width), bounds))
  const next = fitting.find((width) => width >= box.width) ?? fitting.at(-1)
  return next === undefined ? { width: lowest, height: bounds.height } : ofWidth(next)
}

const smallestBox: Size = { width: 1, height: 1 }

/**
 * Returns the largest box, with the ratio of `box`, whose cover of `source` stays within `bounds`. If even a box of one
 * pixel exceeds them, returns that box; `planRender` then scales it down to the bounds.
 */
export function boundCover(source: Size, box: Size, bounds: Size): Size {
  const cover = scaleToCover(source, box)
  if (isWithin(cover, bounds)) return box
  const shrink = Math.min(bounds.width / cover.width, bounds.height / cover.height)
  const bounded = {
    width: Math.max(1, Math.floor(box.width * shrink)),
    height: Math.max(1, Math.floor(box.height * shrink)),
  }
  return isWithin(scaleToCover(source, bounded), bounds) ? bounded : smallestBox
}

function isWiderThan(source: Size, box: Size): boolean {
  return source.width * box.height >= source.height * box.width
}

function scaleSide(side: number, numerator: number, denominator: number): number {
  return Math.max(1, Math.round((side * numerator) / denominator))
}

function centre(outer: Size, inner: Size): { readonly left: number; readonly top: number } {
  return {
    left: Math.floor((outer.width - inner.width) / 2),
    top: Math.floor((outer.height - inner.height) / 2),
  }
}
