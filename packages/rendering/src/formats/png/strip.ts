import { bytesOf } from '../bytes.ts'
import type { Orientation } from '../orientation.ts'
import { makeOrientationExif } from '../exif/orientation-exif.ts'
import { pngSignature, walkPngChunks } from './chunks.ts'
import { makeChunk } from './write-chunks.ts'

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
  if (!file.subarray(0, pngSignature.length).equals(pngSignature)) return undefined
  const parts: Buffer[] = [pngSignature]
  for (const { name, start, end } of walkPngChunks(bytesOf(file))) {
    if (end > file.length) return undefined
    if (isCritical(name) || shown.has(name)) parts.push(file.subarray(start, end))
    if (name === 'IHDR' && orientation !== 1) {
      parts.push(makeChunk('eXIf', makeOrientationExif(orientation)))
    }
    if (name === 'IEND') return parts
  }
  return undefined
}

/** Returns true for a critical chunk, marked by the case of its first letter. */
function isCritical(type: string): boolean {
  return /^[A-Z]/.test(type)
}
