import type { Bytes } from '../bytes.ts'
import { markers, walkSegments } from './segments.ts'

/** An image that follows the first one in the same file. */
export type LaterImage = { readonly at: number; readonly bytes: number }

/** The index of the images of a file: CIPA DC-007, 5.2. */
export type ImageIndex = {
  /** Position and byte order of the size of the first image. */
  readonly firstSizeAt: number
  readonly isLittle: boolean
  readonly later: readonly LaterImage[]
}

const name = 'MPF\0'
const entriesTag = 0xb0_02
const fieldBytes = 12
const entryBytes = 16
/** Most bytes of an index, and most fields and images that are read of it. */
const mostBytes = 4096
const mostFields = 20
const mostImages = 10

/** Reads the index of images from the segments before the first scan. @returns undefined if there is none */
export function readImageIndex(file: Bytes): ImageIndex | undefined {
  for (const { marker, at, bytes } of walkSegments(file)) {
    if (marker === markers.scan) return undefined
    if (marker !== markers.profile) continue
    const content = file.read(at, Math.min(bytes, mostBytes))
    if (content.toString('latin1', 0, name.length) === name) {
      return parse(content.subarray(name.length), at + name.length)
    }
  }
  return undefined
}

/** @param start position of the index in the file, from which the images are counted */
function parse(index: Buffer, start: number): ImageIndex | undefined {
  const order = index.toString('latin1', 0, 4)
  if (order !== 'II*\0' && order !== 'MM\0*') return undefined
  const isLittle = order.startsWith('I')
  const read = (at: number, bytes: 2 | 4) => {
    if (at + bytes > index.length) return 0
    return isLittle ? index.readUIntLE(at, bytes) : index.readUIntBE(at, bytes)
  }
  const directory = read(4, 4)
  const fields = Math.min(read(directory, 2), mostFields)
  for (let field = 0; field < fields; field += 1) {
    const at = directory + 2 + field * fieldBytes
    if (read(at, 2) !== entriesTag) continue
    const entriesAt = read(at + 8, 4)
    const images = Math.min(Math.floor(read(at + 4, 4) / entryBytes), mostImages)
    const later = Array.from({ length: Math.max(0, images - 1) }, (_, image) => {
      const entryAt = entriesAt + (image + 1) * entryBytes
      return { bytes: read(entryAt + 4, 4), at: start + read(entryAt + 8, 4) }
    })
    return { firstSizeAt: start + entriesAt + 4, isLittle, later }
  }
  return undefined
}
