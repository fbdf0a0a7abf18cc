import { invalidOption } from './options.ts'
import type { VariantOptions } from './params.ts'
import { type Rect, formatRect, regionOf } from './values/rect.ts'
import type { Region, Size } from './values/size.ts'

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
