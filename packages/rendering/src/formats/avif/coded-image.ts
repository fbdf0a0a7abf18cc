import { withBytes } from '../bytes.ts'
import { findMeta, windowBytes } from '../heif/boxes.ts'
import { readItems } from '../heif/items.ts'

/** Enough for the headers of the bitstream of an image, bytes. */
const imageBytes = 4096

/**
 * Returns the start of the bitstream of the first AV1 image of an AVIF.
 *
 * @returns undefined if its boxes are not laid out as encoders do
 */
export function readCodedImage(path: string): Buffer | undefined {
  return withBytes(path, windowBytes, (file) => {
    const meta = findMeta(file)
    if (meta === undefined) return undefined
    const { byId, places } = readItems(meta)
    const item = [...byId.values()].find(({ type }) => type === 'av01')
    const [place] = (item && places.get(item.id)) ?? []
    return place && file.read(place.at, imageBytes)
  })
}
