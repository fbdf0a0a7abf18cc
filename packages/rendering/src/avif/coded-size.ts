import type { Size } from '@iaas/common/image'
import { withFile } from '../files.ts'
import { findMeta } from './boxes.ts'

/** Version and flags stand before the size that it tells. */
const extents = Buffer.from('ispe', 'latin1')

/**
 * The largest picture that is decoded of an AVIF file: what is displayed may be a small part of it (`clap`), and costs as much.
 * Every size that stands in the box of what the file holds is taken for one of a picture: ISO/IEC 23008-12, 6.5.3.
 *
 * @returns undefined where there is none, or it cannot be told: decoders do not agree which of two boxes counts
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function readCodedSize(path: string): Size | undefined {
  const meta = withFile(path, findMeta)
  return meta === undefined ? undefined : largestOf(sizesIn(meta))
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
