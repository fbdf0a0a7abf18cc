import { crc32 } from 'node:zlib'
import type { Orientation } from '../orientation.ts'
import { makeOrientationExif } from './orientation-exif.ts'

const signature = Buffer.from('89504e470d0a1a0a', 'hex')
/** Of a chunk: its length and type before the content, its checksum behind it. */
const frameBytes = 12

/** The chunks beside the critical ones that decide how a picture looks. */
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
 * A PNG without anything that is not needed to show it: texts, times, EXIF and whatever else is not known are left out,
 * and what lies behind its end. Every chunk that stays is taken over byte for byte.
 *
 * @param orientation is written back where it is not upright
 * @returns its pieces; undefined where the chunks cannot be followed to the end of the picture
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

/** By the case of the first letter. */
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
