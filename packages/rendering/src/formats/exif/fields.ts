import { readText } from './text.ts'
import type { Tags } from './tags.ts'

const entryBytes = 12
/** Most entries that are read of one directory. */
const mostEntries = 512
const exifPrefix = Buffer.from('Exif\0\0', 'latin1')

/** Value of a field of EXIF. */
export type FieldValue = string | number | number[]

export type FieldLimits = {
  /** Longest text, characters. Longer ones are cut. */
  readonly mostText: number
  /** Most numbers in a field. A field with more is left out. */
  readonly mostNumbers: number
}

/** Opens an EXIF block, with or without its prefix. @returns undefined if it is not a TIFF structure */
export function openExif(block: Buffer): Reader | undefined {
  const tiff = block.subarray(0, 6).equals(exifPrefix) ? block.subarray(6) : block
  const order = tiff.toString('latin1', 0, 4)
  return order === 'II*\0' || order === 'MM\0*'
    ? createReader(tiff, order.startsWith('II'))
    : undefined
}

/** Reads the first directory, which describes the image. */
export function readImageDirectory(reader: Reader): Directory {
  return readDirectory(reader, reader.unsigned(4, 4))
}

type Reader = ReturnType<typeof createReader>

/** Reads numbers of a block; NaN for positions outside. */
function createReader(tiff: Buffer, isLittle: boolean) {
  const isInside = (at: number, bytes: number) => at >= 0 && at + bytes <= tiff.length
  return {
    bytes: (at: number, length: number) =>
      isInside(at, length) ? tiff.subarray(at, at + length) : undefined,
    unsigned(at: number, bytes: 1 | 2 | 4): number {
      if (!isInside(at, bytes)) return Number.NaN
      return isLittle ? tiff.readUIntLE(at, bytes) : tiff.readUIntBE(at, bytes)
    },
    signed(at: number, bytes: 1 | 2 | 4): number {
      if (!isInside(at, bytes)) return Number.NaN
      return isLittle ? tiff.readIntLE(at, bytes) : tiff.readIntBE(at, bytes)
    },
  }
}

/** Positions of the entries of a directory, by tag. */
type Directory = ReadonlyMap<number, number>

function readDirectory(reader: Reader, start: number): Directory {
  const entries = new Map<number, number>()
  const count = Math.min(reader.unsigned(start, 2), mostEntries)
  for (let index = 0; index < count; index += 1) {
    const at = start + 2 + index * entryBytes
    const tag = reader.unsigned(at, 2)
    if (Number.isNaN(tag)) break
    if (!entries.has(tag)) entries.set(tag, at)
  }
  return entries
}

/** Reads the directory that an entry of another one points to; empty if there is none. */
export function readInnerDirectory(reader: Reader, directory: Directory, tag: number): Directory {
  const at = directory.get(tag)
  return readDirectory(reader, at === undefined ? Number.NaN : reader.unsigned(at + 8, 4))
}

/** Reads the known fields of a directory, by name. Leaves out malformed ones, and cuts long texts. */
export function readFields(
  reader: Reader,
  directory: Directory,
  tags: Tags,
  limits: FieldLimits,
): Record<string, FieldValue> {
  const fields = Object.entries(tags).flatMap(([tag, name]) => {
    const at = directory.get(Number(tag))
    const value = at === undefined ? undefined : readValue(reader, at, limits)
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(fields)
}

type ReadNumber = (reader: Reader, at: number) => number

/** Bytes of a number of each type, and how it is read: TIFF 6.0, section 2. */
const types: Readonly<Record<number, readonly [bytes: number, read: ReadNumber]>> = {
  1: [1, (reader, at) => reader.unsigned(at, 1)],
  3: [2, (reader, at) => reader.unsigned(at, 2)],
  4: [4, (reader, at) => reader.unsigned(at, 4)],
  5: [8, (reader, at) => reader.unsigned(at, 4) / reader.unsigned(at + 4, 4)],
  6: [1, (reader, at) => reader.signed(at, 1)],
  8: [2, (reader, at) => reader.signed(at, 2)],
  9: [4, (reader, at) => reader.signed(at, 4)],
  10: [8, (reader, at) => reader.signed(at, 4) / reader.signed(at + 4, 4)],
}
const asciiType = 2

function readValue(
  reader: Reader,
  at: number,
  { mostText, mostNumbers }: FieldLimits,
): FieldValue | undefined {
  const type = reader.unsigned(at + 2, 2)
  const count = reader.unsigned(at + 4, 4)
  const [bytes, read] = type === asciiType ? [1, undefined] : (types[type] ?? [0, undefined])
  const length = bytes * count
  const from = length <= 4 ? at + 8 : reader.unsigned(at + 8, 4)
  if (type === asciiType) {
    return readText(reader.bytes(from, Math.min(count, 4 * mostText)), mostText)
  }
  if (read === undefined || !(count >= 1 && count <= mostNumbers)) return undefined
  const numbers = Array.from({ length: count }, (_, index) =>
    round(read(reader, from + index * bytes)),
  )
  if (!numbers.every(Number.isFinite)) return undefined
  return count === 1 ? numbers[0] : numbers
}

/** Six places, which hold a position to a tenth of a metre. */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6
}
