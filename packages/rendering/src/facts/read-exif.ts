import { type ExifFields, mostExifNumbers, mostExifText } from '@iaas/common/image-facts'
import {
  type Tags,
  imageTags,
  photoTags,
  positionTags,
  privateImageTags,
  privatePhotoTags,
} from './exif-tags.ts'

export type Exif = {
  readonly exif: ExifFields
  /** Position, owner and serial numbers. */
  readonly privateExif: ExifFields
}

const none: Exif = { exif: {}, privateExif: {} }
const exifPrefix = Buffer.from('Exif\0\0', 'latin1')
/** Tags of the directories of the photograph and of the position: EXIF 2.32, 4.6.3. */
const photoDirectory = 0x87_69
const positionDirectory = 0x88_25
const entryBytes = 12
/** Most entries that are read of one directory. */
const mostEntries = 512

/**
 * Reads the known fields of an EXIF block. Three directories are read, once each; a field that is malformed, or has
 * more numbers than a field may have, is left out, and a long text is cut. The cost is bounded by the number of known fields, whatever the block declares.
 */
export function readExif(block: Buffer | undefined): Exif {
  if (block === undefined) return none
  const tiff = block.subarray(0, 6).equals(exifPrefix) ? block.subarray(6) : block
  const order = tiff.toString('latin1', 0, 4)
  if (order !== 'II*\0' && order !== 'MM\0*') return none
  const reader = createReader(tiff, order.startsWith('II'))
  const image = readDirectory(reader, reader.unsigned(4, 4))
  const photo = readDirectory(reader, pointer(reader, image, photoDirectory))
  const position = readDirectory(reader, pointer(reader, image, positionDirectory))
  return {
    exif: { ...readFields(reader, image, imageTags), ...readFields(reader, photo, photoTags) },
    privateExif: {
      ...readFields(reader, image, privateImageTags),
      ...readFields(reader, photo, privatePhotoTags),
      ...readFields(reader, position, positionTags),
    },
  }
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

function pointer(reader: Reader, directory: Directory, tag: number): number {
  const at = directory.get(tag)
  return at === undefined ? Number.NaN : reader.unsigned(at + 8, 4)
}

function readFields(reader: Reader, directory: Directory, tags: Tags): ExifFields {
  const fields = Object.entries(tags).flatMap(([tag, name]) => {
    const at = directory.get(Number(tag))
    const value = at === undefined ? undefined : readValue(reader, at)
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

function readValue(reader: Reader, at: number): ExifFields[string] | undefined {
  const type = reader.unsigned(at + 2, 2)
  const count = reader.unsigned(at + 4, 4)
  const [bytes, read] = type === asciiType ? [1, undefined] : (types[type] ?? [0, undefined])
  const length = bytes * count
  const from = length <= 4 ? at + 8 : reader.unsigned(at + 8, 4)
  if (type === asciiType) return readText(reader, from, count)
  if (read === undefined || !(count >= 1 && count <= mostExifNumbers)) return undefined
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

/** Most bytes of a text that are read. */
const mostTextBytes = 4 * mostExifText

/** Reads a text, and cuts it where it is too long. It is ASCII by the standard, and UTF-8 or Latin 1 in practice. */
function readText(reader: Reader, from: number, count: number): string | undefined {
  const bytes = reader.bytes(from, Math.min(count, mostTextBytes))
  if (bytes === undefined) return undefined
  // The cut may go through a character.
  const utf8 = bytes.toString('utf8').replace(/\u{fffd}$/u, '')
  const text = utf8.includes('\u{fffd}') ? bytes.toString('latin1') : utf8
  const [line = ''] = text.split('\0')
  const clean = line.replace(/\p{C}+/gu, ' ').trim()
  return clean === '' ? undefined : clean.slice(0, mostExifText).toWellFormed()
}
