import { type Plan, type Point, type Size, type View, scaleToFit } from '@iaas/common/image'
import { openForDisplay } from '../formats/sharp.ts'
import { toStoredSize } from '../formats/orientation.ts'
import type { SourceFacts } from '../formats/source-facts.ts'
import { openPixels, readPixels } from './encoding/pixels.ts'
import { placeView } from './place-view.ts'
import { type LabImage, measureSaliency } from './saliency.ts'
import { rotate } from './steps/rotate.ts'

/** Sides of the copy that is searched. Every size of a variant uses the same copy, so that all show the same part. */
export const searchedSize: Size = { width: 64, height: 64 }
/** Width of the part that is looked at, and how far from the middle a subject is expected, in shares of the side. */
const spread = { part: 0.15, middle: 0.4 } as const

export type PointOptions = {
  readonly path: string
  readonly source: SourceFacts
  readonly view: View
  readonly turn: Parameters<typeof placeView>[2]
  readonly maxPixels: number
}

/** Returns true if a crop leaves something out, so that its point matters. */
export function needsPoint({ preCrop, crop, scaled }: Plan): boolean {
  if (preCrop !== undefined) return true
  return crop !== undefined && (crop.width < scaled.width || crop.height < scaled.height)
}

/** Finds the most striking point of an image. Nearly every crop cuts one axis only, so each axis is searched by itself. */
export async function findPoint(options: PointOptions): Promise<Point> {
  const image = await readSmall(options)
  const { width, height } = image
  const saliency = measureSaliency(image)
  const across = new Float64Array(width)
  const down = new Float64Array(height)
  for (const [at, value] of saliency.entries()) {
    const x = at % width
    const y = (at - x) / width
    across[x] = (across[x] ?? 0) + value
    down[y] = (down[y] ?? 0) + value
  }
  return { x: findMiddle(across), y: findMiddle(down) }
}

/** Returns the middle of the most striking part of an axis. Of equal parts, it is the one nearest to the middle. */
function findMiddle(profile: Float64Array): number {
  const { length } = profile
  let best = { at: 0.5, value: 0 }
  for (let index = 0; index < length; index += 1) {
    const at = (index + 0.5) / length
    const part = profile.reduce(
      (sum, value, each) => sum + value * bell((each - index) / length / spread.part),
      0,
    )
    const value = part * bell((at - 0.5) / spread.middle)
    if (value > best.value) best = { at, value }
  }
  return best.at
}

function bell(distance: number): number {
  return Math.exp(-(distance ** 2) / 2)
}

async function readSmall(options: PointOptions): Promise<LabImage> {
  const { path, source, view, turn, maxPixels } = options
  const isGrey = source.colours === 'grey' && !source.hasAlpha
  const place = placeView(source, view, turn)
  const fitted = scaleToFit(view.size, searchedSize)
  const size = fitted.width < view.size.width ? fitted : view.size
  const opened = await openForDisplay(path, maxPixels, source)
  const cut = place.region === undefined ? opened : opened.extract(place.region)
  const small = cut.resize({ ...toStoredSize(size, place.orientation), fit: 'fill' })
  const pixels = await readPixels(rotate(small, place).flatten({ background: '#fff' }), isGrey)
  const { data, info } = await openPixels(pixels)
    .toColourspace('lab')
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const planeOf = (channel: number) =>
    Float32Array.from({ length: width * height }, (_, at) =>
      channel < channels ? data.readFloatLE(4 * (at * channels + channel)) : 0,
    )
  return {
    width,
    height,
    lightness: planeOf(0),
    greenToRed: planeOf(1),
    blueToYellow: planeOf(2),
  }
}
