import { invalidOption } from './options.ts'
import type { VariantOptions } from './params.ts'
import type { Point } from './values/gravity.ts'
import { type Rect, formatRect, regionOf } from './values/rect.ts'
import type { Region, Size } from './values/size.ts'
import { type Turn, canonicalTurn } from './values/turn.ts'

/** The part of an original that is scaled. */
export type View = {
  /** Region of the displayed original. */
  readonly region: Region
  /** Size of the region after its rotation, px. */
  readonly size: Size
}

/**
 * Returns the part of an original that `rect` and `rotate` leave.
 *
 * @param source size of the displayed original
 * @throws AppError INVALID_OPTION if the rectangle lies outside
 */
export function viewOf(
  source: Size,
  { rect, rotate }: Pick<VariantOptions, 'rect' | 'rotate'>,
): View {
  const { width, height } = source
  const region = rect === undefined ? { left: 0, top: 0, width, height } : cutOf(source, rect)
  return withRegion(region, { rotate })
}

function cutOf(source: Size, rect: Rect): Region {
  const region = regionOf(rect, source)
  if (region !== undefined) return region
  const { width, height } = source
  throw invalidOption(
    `"rect" must overlap the original of ${width} x ${height} px; received "${formatRect(rect)}".`,
  )
}

/** Returns the view with another region of the original. */
export function withRegion(region: Region, { rotate }: Pick<VariantOptions, 'rotate'>): View {
  return { region, size: turnedSize(region, rotate) }
}

function turnedSize({ width, height }: Size, rotate: VariantOptions['rotate']): Size {
  return rotate % 180 === 0 ? { width, height } : { width: height, height: width }
}

/**
 * Returns the place of a point in the turned view, or the nearest place if the point was cut away.
 *
 * @param point fractions of the displayed original
 * @param source size of the displayed original
 */
export function pointInView(point: Point, source: Size, { region }: View, turn: Turn): Point {
  const x = toFraction(point.x * source.width - region.left, region.width)
  const y = toFraction(point.y * source.height - region.top, region.height)
  return turnPoint({ x, y }, canonicalTurn(turn))
}

function toFraction(position: number, length: number): number {
  return Math.min(1, Math.max(0, position / length))
}

function turnPoint(point: Point, { rotate, flip }: Turn): Point {
  const { x, y } = rotatePoint(point, rotate)
  return flip === 'horizontal' ? { x: 1 - x, y } : { x, y }
}

function rotatePoint({ x, y }: Point, rotate: Turn['rotate']): Point {
  switch (rotate) {
    case 0:
      return { x, y }
    case 90:
      return { x: 1 - y, y: x }
    case 180:
      return { x: 1 - x, y: 1 - y }
    case 270:
      return { x: y, y: 1 - x }
  }
}
