import { type Region, type Size, type Turn, canonicalTurn } from '@iaas/common/image'

/** EXIF orientation of a stored image. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8

/** Mirroring, followed by a clockwise rotation. */
export type Rotation = {
  readonly upsideDown: boolean
  readonly leftToRight: boolean
  readonly degrees: 0 | 90 | 180 | 270
}

const stay: Rotation = { upsideDown: false, leftToRight: false, degrees: 0 }

/** Rotation that turns the stored image into the displayed one, by orientation. */
export const rotations: Readonly<Record<Orientation, Rotation>> = {
  1: stay,
  2: { ...stay, leftToRight: true },
  3: { ...stay, degrees: 180 },
  4: { ...stay, upsideDown: true },
  5: { ...stay, upsideDown: true, degrees: 90 },
  6: { ...stay, degrees: 90 },
  7: { ...stay, leftToRight: true, degrees: 90 },
  8: { ...stay, degrees: 270 },
}

/** Returns `value` if it is 1 to 8, otherwise 1. */
export function toOrientation(value: number | undefined): Orientation {
  return value !== undefined && value in rotations ? (value as Orientation) : 1
}

/** Converts a displayed size to the stored one, and the reverse. */
export function toStoredSize({ width, height }: Size, orientation: Orientation): Size {
  return orientation < 5 ? { width, height } : { width: height, height: width }
}

/** Returns the region of the stored image that holds a region of the displayed one. */
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

const orientations = Object.keys(rotations).map(Number) as readonly Orientation[]

/** Directions of the stored image's axes in the displayed one: right is [1, 0], down is [0, 1]. */
type Axes = readonly [xToX: number, yToX: number, xToY: number, yToY: number]

function axesOf({ upsideDown, leftToRight, degrees }: Rotation): Axes {
  return rotateAxes([leftToRight ? -1 : 1, 0, 0, upsideDown ? -1 : 1], degrees)
}

function rotateAxes([xToX, yToX, xToY, yToY]: Axes, degrees: Rotation['degrees']): Axes {
  switch (degrees) {
    case 0:
      return [xToX, yToX, xToY, yToY]
    case 90:
      return [-xToY, -yToY, xToX, yToX]
    case 180:
      return [-xToX, -yToX, -xToY, -yToY]
    case 270:
      return [xToY, yToY, -xToX, -yToX]
  }
}

/** Returns the orientation of an image that is displayed and then turned: rotated clockwise, then mirrored. */
export function turnOrientation(orientation: Orientation, turn: Turn): Orientation {
  const { rotate, flip } = canonicalTurn(turn)
  const [xToX, yToX, xToY, yToY] = rotateAxes(axesOf(rotations[orientation]), rotate)
  const turned: Axes = flip === 'horizontal' ? [-xToX, -yToX, xToY, yToY] : [xToX, yToX, xToY, yToY]
  return orientations.find((each) => isSame(axesOf(rotations[each]), turned)) ?? orientation
}

/** Compares by difference, because -0 is not identical to 0. */
function isSame(one: Axes, other: Axes): boolean {
  return one.every((value, at) => value - (other[at] ?? 0) === 0)
}
