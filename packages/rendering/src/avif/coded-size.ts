import type { Size } from '@iaas/common/image'
import { readBytes, withFile } from '../files.ts'

/** No more is said of the pictures in a file, bytes. */
const mostMetaBytes = 1024 * 1024
/** No file has as many boxes at its beginning. */
const mostBoxes = 100
/** Version and flags stand before the size that it tells. */
const extents = Buffer.from('ispe', 'latin1')

/**
 * The largest picture that is decoded of an AVIF file: what is displayed may be a small part of it (`clap`), and costs as much.
 * Every size that stands in the box of what the file holds is taken for one of a picture: ISO/IEC 23008-12, 6.5.3.
 *
 * @returns undefined where there is none
 */
export function readCodedSize(path: string): Size | undefined {
  const meta = withFile(path, findMeta)
  return meta === undefined ? undefined : largestOf(sizesIn(meta))
}

/** Of a box: its length, its name; 1 for the length: that stands behind the name, in eight bytes; 0: to the end of the file. */
function findMeta(file: number): Buffer | undefined {
  let at = 0
  for (let boxes = 0; boxes < mostBoxes; boxes += 1) {
    const head = readBytes(file, at, 16)
    if (head.length < 8) return undefined
    const short = head.readUInt32BE(0)
    const length = short === 1 && head.length === 16 ? Number(head.readBigUInt64BE(8)) : short
    if (head.toString('latin1', 4, 8) === 'meta') {
      return readBytes(file, at, length === 0 ? mostMetaBytes : Math.min(length, mostMetaBytes))
    }
    if (length < 8) return undefined
    at += length
  }
  return undefined
}

function sizesIn(meta: Buffer): readonly Size[] {
  const sizes: Size[] = []
  for (let at = meta.indexOf(extents); at !== -1; at = meta.indexOf(extents, at + 1)) {
    const size = at + extents.length + 4
    if (size + 8 > meta.length) break
    sizes.push({ width: meta.readUInt32BE(size), height: meta.readUInt32BE(size + 4) })
  }
  return sizes
}

function largestOf(sizes: readonly Size[]): Size | undefined {
  return sizes.toSorted((one, other) => areaOf(other) - areaOf(one))[0]
}

function areaOf({ width, height }: Size): number {
  return width * height
}
