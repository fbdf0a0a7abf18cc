import type { Fit } from './params-geometry.ts'
import type { Size } from './values/size.ts'

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

/** Returns true if one side of a box is free. */
export function hasFreeSide({ width, height }: Size): boolean {
  return width === 0 || height === 0
}

/** Returns true if either side is larger. */
export function isLarger(one: Size, other: Size): boolean {
  return one.width > other.width || one.height > other.height
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
  if (box.width === 0) return box
  const heightOf = (width: number) => scaleSide(box.height, width, box.width)
  const ofWidth = (width: number) => ({ width, height: box.height === 0 ? 0 : heightOf(width) })
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

function isWiderThan(source: Size, box: Size): boolean {
  return source.width * box.height >= source.height * box.width
}

function scaleSide(side: number, numerator: number, denominator: number): number {
  return Math.max(1, Math.round((side * numerator) / denominator))
}
