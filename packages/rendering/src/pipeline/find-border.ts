import type { Region, Turn, View } from '@iaas/common/image'
import { openForDisplay } from '../formats/sharp.ts'
import type { SourceFacts } from '../formats/source-facts.ts'
import { readPixels } from './encoding/pixels.ts'
import { findContent } from './find-content.ts'
import { placeView } from './place-view.ts'
import { rotate } from './steps/rotate.ts'

/** The median is that of a square of three pixels. */
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
  const pixels = await readPixels(rotate(cut, place), isGrey)
  if (pixels.width < smallestTrimmed || pixels.height < smallestTrimmed) return region
  const content = findContent(pixels, threshold)
  if (content === undefined) return region
  return { ...content, left: region.left + content.left, top: region.top + content.top }
}
