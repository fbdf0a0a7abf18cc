import type { Region, Size } from '@iaas/common/image'

/** How a stored picture is turned to be displayed, as EXIF numbers it. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8

/** First mirrored, then turned clockwise. */
export type Turn = {
  readonly upsideDown: boolean
  readonly leftToRight: boolean
  readonly degrees: 0 | 90 | 180 | 270
}

const stay: Turn = { upsideDown: false, leftToRight: false, degrees: 0 }

/** From the stored picture to the displayed one. */
export const turns: Readonly<Record<Orientation, Turn>> = {
  1: stay,
  2: { ...stay, leftToRight: true },
  3: { ...stay, degrees: 180 },
  4: { ...stay, upsideDown: true },
  5: { ...stay, upsideDown: true, degrees: 90 },
  6: { ...stay, degrees: 90 },
  7: { ...stay, leftToRight: true, degrees: 90 },
  8: { ...stay, degrees: 270 },
}

/** Anything but 1 to 8 means nothing, and is taken for 1. */
export function toOrientation(value: number | undefined): Orientation {
  return value !== undefined && value in turns ? (value as Orientation) : 1
}

/** A displayed size, of the picture as it is stored; or the other way round. */
export function toStoredSize({ width, height }: Size, orientation: Orientation): Size {
  return orientation < 5 ? { width, height } : { width: height, height: width }
}

/** Where a region of the displayed picture lies in the stored one. */
export function toStoredRegion(region: Region, displayed: Size, orientation: Orientation): Region {
  const { left, top } = region
  const right = displayed.width - left - region.width
  const bottom = displayed.height - top - region.height
  const [storedLeft, storedTop] = (
    {
      1: [left, top],
      2: [right, top],
      3: [right, bottom],
      4: [left, bottom],
      5: [top, left],
      6: [top, right],
      7: [bottom, right],
      8: [bottom, left],
    } as const
  )[orientation]
  return { left: storedLeft, top: storedTop, ...toStoredSize(region, orientation) }
}
