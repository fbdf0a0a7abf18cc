import { readFileSync, statSync } from 'node:fs'
import { withBytes } from '../bytes.ts'
import { readHead } from '../files.ts'
import { findMeta, readBoxes, windowBytes } from '../heif/boxes.ts'
import { firstTile, readItems } from '../heif/items.ts'

/**
 * Position of the major brand, after the length and the name of the first box. A version and the compatible brands
 * follow.
 */
const brandAt = 8
const compatibleAt = 16
const brandBytes = 4
/** Major brands that libvips knows. */
const knownBrands: ReadonlySet<string> = new Set(['avif', 'mif1'])
/** Brands of files that also hold a sequence of frames. */
const sequenceBrands: ReadonlySet<string> = new Set(['avis', 'msf1'])

/** Returns true if the displayed image is coded in AV1, whatever the brand of the file. */
export function isAv1(path: string): boolean {
  const meta = withBytes(path, windowBytes, findMeta)
  const items = meta && readItems(meta)
  return items?.primary !== undefined && firstTile(items, items.primary).type === 'av01'
}

/** Returns how many bytes of an AVIF are in memory while it is decoded: all, if libvips does not know its brand. */
export function countHeldBytes(path: string): number {
  return hasKnownBrand(path) ? 0 : statSync(path).size
}

function hasKnownBrand(path: string): boolean {
  const head = Buffer.from(readHead(path, brandAt + brandBytes))
  return knownBrands.has(head.toString('latin1', brandAt))
}

/**
 * Returns the input of a decoder for an AVIF: its path, or its bytes with a brand that libvips knows. A sequence
 * (`avis`) also has a still image, its first frame; the frames are hidden because not every track of them can be read.
 */
export function toKnownBrand(path: string): string | Buffer {
  if (hasKnownBrand(path)) return path
  const file = readFileSync(path)
  file.write('avif', brandAt, 'latin1')
  const end = Math.min(file.readUInt32BE(0), file.length)
  for (let at = compatibleAt; at + brandBytes <= end; at += brandBytes) {
    const isSequence = sequenceBrands.has(file.toString('latin1', at, at + brandBytes))
    if (isSequence) file.write('avif', at, 'latin1')
  }
  for (const { name, content } of readBoxes(file)) {
    if (name === 'moov')
      file.write('free', content.byteOffset - file.byteOffset - brandBytes, 'latin1')
  }
  return file
}
