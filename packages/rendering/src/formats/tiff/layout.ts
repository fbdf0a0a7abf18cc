import type { Bytes } from '../bytes.ts'

/**
 * Layout of either kind of file: TIFF 6.0, and BigTIFF (https://libtiff.gitlab.io/libtiff/specification/bigtiff.html).
 */
export type Layout = {
  readonly isLittleEndian: boolean
  /** Position of the offset of the first directory. */
  readonly firstAt: number
  readonly countBytes: 2 | 8
  readonly entryBytes: 12 | 20
  /** Bytes of an offset and of a count of values. */
  readonly offsetBytes: 4 | 8
}

/** Returns undefined for a file that is not a TIFF. */
export function readLayout(file: Bytes): Layout | undefined {
  const order = file.read(0, 4).toString('latin1')
  const isLittleEndian = order.startsWith('II')
  if (order === 'II*\0' || order === 'MM\0*') {
    return { isLittleEndian, firstAt: 4, countBytes: 2, entryBytes: 12, offsetBytes: 4 }
  }
  if (order === 'II+\0' || order === 'MM\0+') {
    return { isLittleEndian, firstAt: 8, countBytes: 8, entryBytes: 20, offsetBytes: 8 }
  }
  return undefined
}

/** Reads an unsigned number; 0 if the bytes are too short or the number cannot be a position. */
export function readNumber(
  from: Buffer,
  at: number,
  bytes: 1 | 2 | 4 | 8,
  { isLittleEndian }: Layout,
): number {
  if (at + bytes > from.length) return 0
  if (bytes < 8) return isLittleEndian ? from.readUIntLE(at, bytes) : from.readUIntBE(at, bytes)
  const long = Number(isLittleEndian ? from.readBigUInt64LE(at) : from.readBigUInt64BE(at))
  return Number.isSafeInteger(long) ? long : 0
}
