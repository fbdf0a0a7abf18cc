import type { Size } from '@iaas/common/image'
import { withBytes } from '../bytes.ts'
import { findMeta, windowBytes } from './boxes.ts'

/** Marker of an `ispe` box. Version and flags precede the size. */
const extents = Buffer.from('ispe', 'latin1')

/**
 * Returns the largest image decoded from an AVIF file; the displayed image may be a small part of it (`clap`) but costs
 * as much. Treats every size in the property container as that of an image: ISO/IEC 23008-12, 6.5.3.
 *
 * @returns undefined if there is none, or if it is ambiguous: decoders do not agree which of two boxes counts
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function readCodedSize(path: string): Size | undefined {
  const meta = withBytes(path, windowBytes, findMeta)
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
