import type { Fit } from './params.ts'

/** Width and height in px, positive integers. */
export type Size = { readonly width: number; readonly height: number }

/** A rectangle within a picture: its top left corner and its size, px. */
export type Region = Size & { readonly left: number; readonly top: number }

/**
 * Every size of a rendition, known before any pixel is touched. The steps apply in the order of the fields.
 */
export type Plan = {
  /** Cut from the (oriented) source first, where far more would be scaled than kept. */
  readonly preCrop: Region | undefined
  /** What the source, or what is left of it, is scaled to. */
  readonly scaled: Size
  /** Cut from the scaled picture. */
  readonly crop: Region | undefined
  /** Where the scaled picture lies on a larger, white ground. */
  readonly canvas: (Size & { readonly left: number; readonly top: number }) | undefined
  /** What comes out. */
  readonly result: Size
}

/**
 * Above this ratio of scaled to kept pixels, cropping before scaling is the cheaper order; below it, scaling first lets
 * the decoder shrink while it loads.
 */
const preCropRatio = 4

/**
 * The sizes of a rendition of `source` for `box`.
 *
 * @param source the size of the picture as it is displayed, after EXIF orientation
 * @param bounds the largest allowed result. `boundRequest` and `boundCover` have redirected whatever a smaller box can
 * bring within them; a cover that no box can is scaled down to them here.
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

/** The largest size within `box` with the ratio of `source`; fractions to the nearest pixel, never 0. */
export function scaleToFit(source: Size, box: Size): Size {
  return isWiderThan(source, box)
    ? { width: box.width, height: scaleSide(source.height, box.width, source.width) }
    : { width: scaleSide(source.width, box.height, source.height), height: box.height }
}

/** The smallest size that covers `box` with the ratio of `source`; fractions to the nearest pixel, never 0. */
export function scaleToCover(source: Size, box: Size): Size {
  return isWiderThan(source, box)
    ? { width: scaleSide(source.width, box.height, source.height), height: box.height }
    : { width: box.width, height: scaleSide(source.height, box.width, source.width) }
}

export function isWithin(size: Size, bounds: Size): boolean {
  return size.width <= bounds.width && size.height <= bounds.height
}

/** `box` within `bounds`: for clip each side is capped; otherwise both shrink by one factor, so that the ratio stays. */
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
 * The largest box, of the ratio of `box`, whose cover of `source` stays within `bounds`. A picture so thin that not
 * even a box of one pixel does gets that box; `planRender` then scales it to the bounds.
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
