import { readBytes, withFile } from '../files.ts'

/** Enough for the boxes before the image and for the headers of its bitstream, bytes. */
const metaBytes = 64 * 1024
const imageBytes = 4096

/**
 * Returns the start of the bitstream of the first AV1 image of an AVIF: ISO/IEC 14496-12, 8.11.
 *
 * @returns undefined if its boxes are not laid out as encoders do
 */
export function readCodedImage(path: string): Buffer | undefined {
  return withFile(path, (file) => {
    const head = readBytes(file, 0, metaBytes)
    const meta = findBox(head, 'meta')
    if (meta === undefined) return undefined
    const boxes = meta.subarray(4)
    const id = findCodedItem(findBox(boxes, 'iinf'))
    const place = id === undefined ? undefined : findItem(findBox(boxes, 'iloc'), id)
    return place && readBytes(file, place.offset, Math.min(imageBytes, place.length))
  })
}

/** Returns the content of a box. A box whose length is stored elsewhere ends the search. */
function findBox(boxes: Buffer, name: string): Buffer | undefined {
  for (let at = 0; at + 8 <= boxes.length;) {
    const length = boxes.readUInt32BE(at)
    if (length < 8) return undefined
    if (boxes.toString('latin1', at + 4, at + 8) === name)
      return boxes.subarray(at + 8, at + length)
    at += length
  }
  return undefined
}

/** Returns the id of the first item of type `av01`. */
function findCodedItem(infos: Buffer | undefined): number | undefined {
  if (infos === undefined) return undefined
  for (let at = infos.indexOf('infe'); at !== -1; at = infos.indexOf('infe', at + 4)) {
    const version = infos[at + 4]
    const isLong = version === 3
    const type = at + (isLong ? 14 : 12)
    if (infos.toString('latin1', type, type + 4) !== 'av01') continue
    return isLong ? infos.readUInt32BE(at + 8) : infos.readUInt16BE(at + 8)
  }
  return undefined
}

type Place = { readonly offset: number; readonly length: number }

/** Returns the first extent of an item. Items within the box itself (construction method 1) are not followed. */
function findItem(locations: Buffer | undefined, id: number): Place | undefined {
  if (locations === undefined || locations.length < 8) return undefined
  const version = locations[0] ?? 0
  const [sizes, more] = [locations[4] ?? 0, locations[5] ?? 0]
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 4, sizes & 15, more >> 4]
  const indexBytes = version === 0 ? 0 : more & 15
  let at = 6
  const read = (bytes: number) => {
    const value = bytes === 0 ? 0 : Number(`0x${locations.toString('hex', at, at + bytes)}`)
    at += bytes
    return value
  }
  const idBytes = version < 2 ? 2 : 4
  for (let left = read(idBytes); left > 0 && at < locations.length; left -= 1) {
    const isWanted = read(idBytes) === id
    const method = version === 0 ? 0 : read(2) & 15
    read(2)
    const base = read(baseBytes)
    for (let extents = read(2), first = true; extents > 0 && at < locations.length; extents -= 1) {
      read(indexBytes)
      const [offset, length] = [read(offsetBytes), read(lengthBytes)]
      if (isWanted && first) return method === 0 ? { offset: base + offset, length } : undefined
      first = false
    }
  }
  return undefined
}
