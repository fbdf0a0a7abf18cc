import { bytesOf } from '../bytes.ts'
import type { Orientation } from '../orientation.ts'
import { chunkHeaderBytes, fileHeaderBytes, walkChunks } from './chunks.ts'
import { makeOrientationExif } from '../exif/orientation-exif.ts'

const shown = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP'])
/** Flags of VP8X. */
const flags = { exif: 0x08, xmp: 0x04 } as const

/**
 * Removes what is not needed to display a WebP: EXIF, XMP, unknown chunks, and data after its end. Copies every
 * remaining chunk byte for byte, except the flags that announce removed ones.
 *
 * @param orientation written back if the image is not upright
 * @returns the pieces of the file; undefined if the chunks cannot be followed to the end of the image
 */
export function stripWebp(file: Buffer, orientation: Orientation): readonly Buffer[] | undefined {
  if (file.length < fileHeaderBytes) return undefined
  const end = chunkHeaderBytes + file.readUInt32LE(4)
  if (end > file.length + 1) return undefined
  const parts: Buffer[] = []
  let isExtended = false
  const content = file.subarray(0, end)
  for (const { name, start, end: next } of walkChunks(bytesOf(content))) {
    if (next > content.length) return undefined
    const chunk = content.subarray(start, next)
    if (name === 'VP8X') parts.push(withFlags(chunk, orientation))
    else if (shown.has(name)) parts.push(chunk, paddingOf(chunk))
    isExtended ||= name === 'VP8X'
  }
  // Only an extended file can declare an orientation.
  if (orientation !== 1 && !isExtended) return undefined
  if (orientation !== 1) parts.push(makeExifChunk(orientation))
  return withHeader(parts)
}

function withFlags(extended: Buffer, orientation: Orientation): Buffer {
  const chunk = Buffer.from(extended)
  const kept = (chunk[chunkHeaderBytes] ?? 0) & ~flags.exif & ~flags.xmp
  chunk[chunkHeaderBytes] = orientation === 1 ? kept : kept | flags.exif
  return chunk
}

/** Returns the padding of a chunk to an even length; the last chunk of a file may lack it. */
function paddingOf(chunk: Buffer): Buffer {
  return Buffer.alloc(chunk.length % 2)
}

function makeExifChunk(orientation: Orientation): Buffer {
  const exif = makeOrientationExif(orientation)
  const header = Buffer.from('EXIF\0\0\0\0', 'latin1')
  header.writeUInt32LE(exif.length, 4)
  return Buffer.concat([header, exif])
}

function withHeader(parts: readonly Buffer[]): readonly Buffer[] {
  const header = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1')
  const bytes = parts.reduce((sum, part) => sum + part.length, header.length - chunkHeaderBytes)
  header.writeUInt32LE(bytes, 4)
  return [header, ...parts]
}
