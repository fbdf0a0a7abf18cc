import type { Region, Turn, View } from '@iaas/common/image'
import sharp from 'sharp'
import { openForDisplay } from '../formats/sharp.ts'
import type { SourceFacts } from '../formats/source-facts.ts'
import { readPixels } from './encoding/pixels.ts'
import { placeView } from './place-view.ts'
import { rotate } from './steps/rotate.ts'

/** libvips looks at squares of three pixels. */
const smallestTrimmed = 3
const upright: Turn = { rotate: 0, flip: 'none' }

export type BorderOptions = {
  readonly path: string
  readonly source: SourceFacts
  readonly view: View
  /** Largest difference from the colour of the border. */
  readonly threshold: number
  readonly maxPixels: number
}

/** Returns the region of the displayed source without its even border; the whole region if all of it is border. */
export async function withoutBorder(options: BorderOptions): Promise<Region> {
  const { path, source, view, threshold, maxPixels } = options
  const { region } = view
  const isGrey = source.colours === 'grey' && !source.hasAlpha
  const place = placeView(source, view, upright)
  const opened = await openForDisplay(path, maxPixels, source)
  const cut = place.region === undefined ? opened : opened.extract(place.region)
  const { data, ...raw } = await readPixels(rotate(cut, place), isGrey)
  if (raw.width < smallestTrimmed || raw.height < smallestTrimmed) return region
  const { info } = await sharp(data, { raw })
    .trim({ threshold })
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height, trimOffsetLeft = 0, trimOffsetTop = 0 } = info
  const isAllBorder = width === raw.width && height === raw.height
  if (isAllBorder) return region
  return { left: region.left - trimOffsetLeft, top: region.top - trimOffsetTop, width, height }
}
