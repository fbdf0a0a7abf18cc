import { crc32 } from 'node:zlib'
import type { Orientation } from '../orientation.ts'
import { makeOrientationExif } from '../exif/orientation-exif.ts'

const signature = Buffer.from('89504e470d0a1a0a', 'hex')
/** Length and type before the content of a chunk, and its checksum after it. */
const frameBytes = 12

/** Ancillary chunks that affect the look of an image. */
const shown = new Set([
  'tRNS',
  'cHRM',
  'gAMA',
  'iCCP',
  'sBIT',
  'sRGB',
  'cICP',
  'mDCV',
  'cLLI',
  'bKGD',
  'hIST',
  'pHYs',
  'sPLT',
  'acTL',
  'fcTL',
  'fdAT',
])

/**
 * Removes what is not needed to display a PNG: texts, times, EXIF, unknown chunks, and data after its end. Copies every
 * remaining chunk byte for byte.
 *
 * @param orientation written back if the image is not upright
 * @returns the pieces of the file; undefined if the chunks cannot be followed to the end of the image
 */
export function stripPng(file: Buffer, orientation: Orientation): readonly Buffer[] | undefined {
  if (!file.subarray(0, signature.length).equals(signature)) return undefined
  const parts: Buffer[] = [signature]
  for (let at = signature.length; at + frameBytes <= file.length;) {
    const end = at + frameBytes + file.readUInt32BE(at)
    if (end > file.length) return undefined
    const type = file.toString('latin1', at + 4, at + 8)
    if (isCritical(type) || shown.has(type)) parts.push(file.subarray(at, end))
    if (type === 'IHDR' && orientation !== 1) parts.push(makeExifChunk(orientation))
    if (type === 'IEND') return parts
    at = end
  }
  return undefined
}

/** Returns true for a critical chunk, marked by the case of its first letter. */
function isCritical(type: string): boolean {
  return /^[A-Z]/.test(type)
}

function makeExifChunk(orientation: Orientation): Buffer {
  const exif = makeOrientationExif(orientation)
  const chunk = Buffer.alloc(frameBytes + exif.length)
  chunk.writeUInt32BE(exif.length)
  chunk.write('eXIf', 4, 'latin1')
  exif.copy(chunk, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4)
  return chunk
}
