import { readBytes, withFile } from '../files.ts'

/** How the file of one of the two kinds is laid out: TIFF 6.0, and BigTIFF (https://libtiff.gitlab.io/libtiff/specification/bigtiff.html). */
type Layout = {
  readonly isLittleEndian: boolean
  /** Where the place of the first directory stands. */
  readonly firstAt: number
  readonly countBytes: 2 | 8
  readonly entryBytes: number
  readonly offsetBytes: 4 | 8
}

/** How many pictures a TIFF file holds, at the most one more than `enough`; also where they are in a circle. */
export function countDirectories(path: string, enough: number): number {
  return withFile(path, (file) => {
    const layout = readLayout(readBytes(file, 0, 4).toString('latin1'))
    if (layout === undefined) return 0
    const { firstAt, countBytes, entryBytes, offsetBytes } = layout
    const read = (at: number, bytes: 2 | 4 | 8) =>
      readNumber(readBytes(file, at, bytes), bytes, layout)
    let directories = 0
    for (let at = read(firstAt, offsetBytes); at > 0 && directories <= enough; directories += 1) {
      const entries = read(at, countBytes)
      at = read(at + countBytes + entries * entryBytes, offsetBytes)
    }
    return directories
  })
}

function readLayout(order: string): Layout | undefined {
  const isLittleEndian = order.startsWith('II')
  if (order === 'II*\0' || order === 'MM\0*') {
    return { isLittleEndian, firstAt: 4, countBytes: 2, entryBytes: 12, offsetBytes: 4 }
  }
  if (order === 'II+\0' || order === 'MM\0+') {
    return { isLittleEndian, firstAt: 8, countBytes: 8, entryBytes: 20, offsetBytes: 8 }
  }
  return undefined
}

/** 0 where the file ends before, or the number is none that a place can have. */
function readNumber(from: Buffer, bytes: 2 | 4 | 8, { isLittleEndian }: Layout): number {
  if (from.length < bytes) return 0
  if (bytes === 2) return isLittleEndian ? from.readUInt16LE() : from.readUInt16BE()
  if (bytes === 4) return isLittleEndian ? from.readUInt32LE() : from.readUInt32BE()
  const long = Number(isLittleEndian ? from.readBigUInt64LE() : from.readBigUInt64BE())
  return Number.isSafeInteger(long) ? long : 0
}
