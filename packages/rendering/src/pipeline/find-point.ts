import { type Plan, type Point, type Size, type View, center, scaleToFit } from '@iaas/common/image'
import sharp from 'sharp'
import { openForDisplay } from '../formats/sharp.ts'
import { toStoredSize } from '../formats/orientation.ts'
import type { SourceFacts } from '../formats/source-facts.ts'
import { readPixels } from './encoding/pixels.ts'
import { placeView } from './place-view.ts'
import { rotate } from './steps/rotate.ts'

/** Sides of the copy that is searched. Every size of a variant uses the same copy, so that all show the same part. */
export const searchedSize: Size = { width: 512, height: 512 }

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

/** Finds the most striking point of an image: edges, strong colours and skin, as libvips weighs them. */
export async function findPoint(options: PointOptions): Promise<Point> {
  const { path, source, view, turn, maxPixels } = options
  const isGrey = source.colours === 'grey' && !source.hasAlpha
  const place = placeView(source, view, turn)
  const fitted = scaleToFit(view.size, searchedSize)
  const size = fitted.width < view.size.width ? fitted : view.size
  const opened = await openForDisplay(path, maxPixels, source)
  const cut = place.region === undefined ? opened : opened.extract(place.region)
  const small = cut.resize({ ...toStoredSize(size, place.orientation), fit: 'fill' })
  const { data, ...raw } = await readPixels(
    rotate(small, place).flatten({ background: '#fff' }),
    isGrey,
  )
  const { width, height } = raw
  // libvips looks for the point only when it crops.
  const half = { width, height: Math.ceil(height / 2) }
  if (half.height === height) return center
  const { info } = await sharp(data, { raw })
    .resize({ ...half, fit: 'cover', position: sharp.strategy.attention })
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { attentionX = width / 2, attentionY = height / 2 } = info
  return { x: Math.min(1, attentionX / width), y: Math.min(1, attentionY / height) }
}
