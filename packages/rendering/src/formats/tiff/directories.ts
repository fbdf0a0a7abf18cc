import { type Bytes, withBytes } from '../bytes.ts'
import { type Layout, readLayout, readNumber } from './layout.ts'

/** Bytes of a file that a walk reads at once. */
export const windowBytes = 4096

/** An entry of a directory. */
export type Entry = {
  readonly tag: number
  readonly bytesPerValue: 1 | 2 | 4 | 8
  /** Number of values. */
  readonly values: number
  /** Position of the values, in the entry itself or elsewhere. */
  readonly at: number
}

export type Directory = {
  readonly layout: Layout
  readonly entries: readonly Entry[]
  /** Size of the entries and of all values, bytes. */
  readonly bytes: number
}

/** Bytes of a value by its type; types start at 1. BigTIFF adds three types to the thirteen. */
const typeBytes = [1, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 1, 1, 8, 8, 8] as const

/** Walks the directories of a TIFF or BigTIFF: TIFF 6.0, section 2. Does not end if they form a cycle. */
export function* walkDirectories(file: Bytes): Generator<Directory> {
  const layout = readLayout(file)
  if (layout === undefined) return
  const { firstAt, countBytes, entryBytes, offsetBytes } = layout
  const readOffset = (at: number) => readNumber(file.read(at, offsetBytes), 0, offsetBytes, layout)
  for (let at = readOffset(firstAt); at > 0 && at < file.length;) {
    const first = at + countBytes
    const count = readNumber(file.read(at, countBytes), 0, countBytes, layout)
    const table = file.read(first, count * entryBytes)
    const entries = Array.from({ length: Math.floor(table.length / entryBytes) }, (_, index) =>
      readEntry(table, index * entryBytes, first, layout),
    )
    const values = entries.reduce((sum, entry) => sum + entry.values * entry.bytesPerValue, 0)
    yield { layout, entries, bytes: table.length + values }
    at = readOffset(first + count * entryBytes)
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

/** First values of the entries of a directory. */
export type FirstValues = {
  readonly isLittleEndian: boolean
  has(tag: number): boolean
  /** Returns the first value of an entry as an unsigned number; undefined if there is no such entry. */
  get(tag: number): { readonly value: number; readonly at: number } | undefined
}

/** Reads a directory of a TIFF, the first one unless another is named. @returns undefined if there is none */
export function readFirstValues(path: string, page = 0): FirstValues | undefined {
  return withBytes(path, windowBytes, (file) => {
    let skipped = 0
    for (const { layout, entries } of walkDirectories(file)) {
      if (skipped < page) {
        skipped += 1
        continue
      }
      const values = new Map(
        entries.map(({ tag, at, bytesPerValue: bytes }) => {
          return [tag, { value: readNumber(file.read(at, bytes), 0, bytes, layout), at }] as const
        }),
      )
      const { isLittleEndian } = layout
      return { isLittleEndian, has: (tag) => values.has(tag), get: (tag) => values.get(tag) }
    }
    return undefined
  })
}
