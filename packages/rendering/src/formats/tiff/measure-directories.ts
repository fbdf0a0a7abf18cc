import { type Bytes, withBytes } from '../bytes.ts'
import { type Entry, walkDirectories, windowBytes } from './directories.ts'
import { type Layout, readNumber } from './layout.ts'

export type TiffMeasure = {
  /** Number of images. */
  readonly directories: number
  /** Bytes that decoders read: all directories with their values, and the pixels of one. */
  readonly readBytes: number
  readonly fileBytes: number
}

/** Tags of the bytes of each tile and each strip: TIFF 6.0, sections 15 and 8. */
const pixelBytesTags: ReadonlySet<number> = new Set([325, 279])
/** Bytes of a list that are read at once. */
const chunkBytes = 64 * 1024

/**
 * Sums up what decoders read of a TIFF, even if the same bytes are referenced many times or directories form a cycle.
 * Stops if either sum exceeds `enough`.
 *
 * @param page the image whose pixels are decoded
 */
export function measureDirectories(
  path: string,
  page: number,
  enough: (measure: TiffMeasure) => boolean,
): TiffMeasure {
  return withBytes(path, windowBytes, (file) => {
    const fileBytes = file.length
    let measure: TiffMeasure = { directories: 0, readBytes: 0, fileBytes }
    for (const { entries, bytes, layout } of walkDirectories(file)) {
      const { directories, readBytes } = measure
      const pixels = directories === page ? sumPixelBytes(file, entries, layout) : 0
      measure = {
        fileBytes,
        directories: directories + 1,
        readBytes: readBytes + bytes + pixels,
      }
      if (enough(measure)) break
    }
    return measure
  })
}

function sumPixelBytes(file: Bytes, entries: readonly Entry[], layout: Layout): number {
  const lists = entries.filter(({ tag }) => pixelBytesTags.has(tag))
  return lists.reduce((sum, list) => sum + sumList(file, list, layout), 0)
}

function sumList(file: Bytes, { at, values, bytesPerValue }: Entry, layout: Layout): number {
  const end = at + values * bytesPerValue
  let sum = 0
  for (let from = at; from < end; from += chunkBytes) {
    const chunk = file.read(from, Math.min(chunkBytes, end - from))
    for (let index = 0; index + bytesPerValue <= chunk.length; index += bytesPerValue) {
      sum += readNumber(chunk, index, bytesPerValue, layout)
    }
    if (chunk.length < chunkBytes) break
  }
  return sum
}
