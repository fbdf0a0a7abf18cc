import { fstatSync } from 'node:fs'
import { readBytes, withFile } from '../files.ts'
import { type Layout, readLayout, readNumber } from './layout.ts'

export type TiffMeasure = {
  /** Number of images. */
  readonly directories: number
  /** Bytes that decoders read: all directories with their values, and the pixels of the first. */
  readonly readBytes: number
  readonly fileBytes: number
}

/** Tags of the bytes of each tile and each strip: TIFF 6.0, sections 15 and 8. */
const pixelBytesTags: ReadonlySet<number> = new Set([325, 279])
/** Bytes of a value by its type; types start at 1. BigTIFF adds three types to the thirteen. */
const typeBytes = [1, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 1, 1, 8, 8, 8] as const
/** Bytes of a list that are read at once. */
const chunkBytes = 64 * 1024

/**
 * Sums up what decoders read of a TIFF, even if the same bytes are referenced many times or directories form a cycle.
 * Stops if either sum exceeds `enough`.
 */
export function measureDirectories(
  path: string,
  enough: (measure: TiffMeasure) => boolean,
): TiffMeasure {
  return withFile(path, (file) => {
    const fileBytes = fstatSync(file).size
    const layout = readLayout(file)
    let measure: TiffMeasure = { directories: 0, readBytes: 0, fileBytes }
    if (layout === undefined) return measure
    const { firstAt, offsetBytes } = layout
    let at = readNumber(readBytes(file, firstAt, offsetBytes), 0, offsetBytes, layout)
    while (at > 0 && at < fileBytes && !enough(measure)) {
      const directory = readDirectory(file, at, layout)
      const isFirst = measure.directories === 0
      const pixels = isFirst ? sumPixelBytes(file, directory.entries, layout) : 0
      measure = {
        fileBytes,
        directories: measure.directories + 1,
        readBytes: measure.readBytes + directory.bytes + pixels,
      }
      at = directory.next
    }
    return measure
  })
}

type Entry = {
  readonly tag: number
  readonly bytesPerValue: 1 | 2 | 4 | 8
  readonly values: number
  /** Position of the values, in the entry itself or elsewhere. */
  readonly at: number
}

type Directory = {
  readonly entries: readonly Entry[]
  /** Size of all values, bytes. */
  readonly bytes: number
  readonly next: number
}

function readDirectory(file: number, at: number, layout: Layout): Directory {
  const { countBytes, entryBytes, offsetBytes } = layout
  const first = at + countBytes
  const count = readNumber(readBytes(file, at, countBytes), 0, countBytes, layout)
  const table = readBytes(file, first, count * entryBytes)
  const entries = Array.from({ length: Math.floor(table.length / entryBytes) }, (_, index) =>
    readEntry(table, index * entryBytes, first, layout),
  )
  const next = readBytes(file, first + count * entryBytes, offsetBytes)
  const values = entries.reduce((sum, entry) => sum + entry.values * entry.bytesPerValue, 0)
  return {
    entries,
    bytes: table.length + values,
    next: readNumber(next, 0, offsetBytes, layout),
  }
}

/** Reads an entry: tag, type, number of values, and the values or their position. */
function readEntry(table: Buffer, at: number, tableAt: number, layout: Layout): Entry {
  const { offsetBytes } = layout
  const bytesPerValue = typeBytes[readNumber(table, at + 2, 2, layout)] ?? 1
  const values = readNumber(table, at + 4, offsetBytes, layout)
  const placeAt = at + 4 + offsetBytes
  const isWithin = values * bytesPerValue <= offsetBytes
  return {
    tag: readNumber(table, at, 2, layout),
    bytesPerValue,
    values,
    at: isWithin ? tableAt + placeAt : readNumber(table, placeAt, offsetBytes, layout),
  }
}

function sumPixelBytes(file: number, entries: readonly Entry[], layout: Layout): number {
  const lists = entries.filter(({ tag }) => pixelBytesTags.has(tag))
  return lists.reduce((sum, list) => sum + sumList(file, list, layout), 0)
}

function sumList(file: number, { at, values, bytesPerValue }: Entry, layout: Layout): number {
  const end = at + values * bytesPerValue
  let sum = 0
  for (let from = at; from < end; from += chunkBytes) {
    const chunk = readBytes(file, from, Math.min(chunkBytes, end - from))
    for (let index = 0; index + bytesPerValue <= chunk.length; index += bytesPerValue) {
      sum += readNumber(chunk, index, bytesPerValue, layout)
    }
    if (chunk.length < chunkBytes) break
  }
  return sum
}
