import { readBytes, withFile } from '../files.ts'
import { readLayout, readNumber } from './layout.ts'

/** An entry of a directory. */
export type TiffEntry = {
  /** First value if the values have two, four or eight bytes; otherwise NaN. */
  readonly value: number
  /** Number of values. */
  readonly count: number
  /** Position of the first value in the file. */
  readonly at: number
}

export type TiffDirectory = {
  readonly isLittleEndian: boolean
  /** Entries by tag. */
  readonly entries: ReadonlyMap<number, TiffEntry>
}

/** Sizes of SHORT, LONG, and LONG8 of BigTIFF. */
const valueBytes: ReadonlyMap<number, 2 | 4 | 8> = new Map([
  [3, 2],
  [4, 4],
  [16, 8],
])

/**
 * Reads the first directory of a TIFF or BigTIFF: TIFF 6.0, section 2.
 *
 * @returns undefined if it is malformed
 */
export function readFirstDirectory(path: string): TiffDirectory | undefined {
  return withFile(path, readDirectory)
}

function readDirectory(file: number): TiffDirectory | undefined {
  const layout = readLayout(file)
  if (layout === undefined) return undefined
  const { firstAt, offsetBytes, countBytes, entryBytes } = layout
  const start = readNumber(readBytes(file, firstAt, offsetBytes), 0, offsetBytes, layout)
  const head = readBytes(file, start, countBytes)
  if (head.length < countBytes) return undefined
  const first = start + countBytes
  const table = readBytes(file, first, readNumber(head, 0, countBytes, layout) * entryBytes)
  const entries = new Map<number, TiffEntry>()
  // Tag, type, number of values, and the values or their position.
  for (let from = 0; from + entryBytes <= table.length; from += entryBytes) {
    const bytes = valueBytes.get(readNumber(table, from + 2, 2, layout))
    const count = readNumber(table, from + 4, offsetBytes, layout)
    const placeAt = from + 4 + offsetBytes
    const isWithin = bytes === undefined || count * bytes <= offsetBytes
    const at = isWithin ? first + placeAt : readNumber(table, placeAt, offsetBytes, layout)
    const value = bytes && readNumber(readBytes(file, at, bytes), 0, bytes, layout)
    entries.set(readNumber(table, from, 2, layout), { value: value ?? Number.NaN, count, at })
  }
  return { isLittleEndian: layout.isLittleEndian, entries }
}
