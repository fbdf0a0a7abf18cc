import { readBytes, withFile } from '../files.ts'

/** An entry of a directory whose value lies in the entry itself. */
export type TiffEntry = {
  /** The first of its values, where they are of two or four bytes; otherwise not a number. */
  readonly value: number
  /** Where the value lies in the file. */
  readonly at: number
}

export type TiffDirectory = {
  readonly isLittleEndian: boolean
  /** By their tags. */
  readonly entries: ReadonlyMap<number, TiffEntry>
}

const headerBytes = 8
const entryBytes = 12
const types = { short: 3, long: 4 } as const

/**
 * Reads the first directory of a TIFF file: TIFF 6.0, section 2.
 *
 * @returns undefined where it is not laid out as it should be, or of the larger kind (BigTIFF)
 */
export function readFirstDirectory(path: string): TiffDirectory | undefined {
  return withFile(path, readDirectory)
}

function readDirectory(file: number): TiffDirectory | undefined {
  const header = readBytes(file, 0, headerBytes)
  const order = header.toString('latin1', 0, 4)
  if (header.length < headerBytes || (order !== 'II*\0' && order !== 'MM\0*')) return undefined
  const isLittleEndian = order.startsWith('I')
  const read16 = (from: Buffer, at: number) =>
    isLittleEndian ? from.readUInt16LE(at) : from.readUInt16BE(at)
  const read32 = (from: Buffer, at: number) =>
    isLittleEndian ? from.readUInt32LE(at) : from.readUInt32BE(at)
  const start = read32(header, 4)
  const count = readBytes(file, start, 2)
  if (count.length < 2) return undefined
  const content = readBytes(file, start + 2, read16(count, 0) * entryBytes)
  const entries = new Map<number, TiffEntry>()
  for (let at = 0; at + entryBytes <= content.length; at += entryBytes) {
    const type = read16(content, at + 2)
    const isLong = type === types.long
    const isKnown = isLong || type === types.short
    const value = isLong ? read32(content, at + 8) : read16(content, at + 8)
    entries.set(read16(content, at), {
      value: isKnown ? value : Number.NaN,
      at: start + 2 + at + 8,
    })
  }
  return { isLittleEndian, entries }
}
