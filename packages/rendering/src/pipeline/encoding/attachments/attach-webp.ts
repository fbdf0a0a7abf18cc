import { bytesOf } from '../../../formats/bytes.ts'
import { type Chunk, chunkHeaderBytes, walkChunks } from '../../../formats/webp/chunks.ts'
import type { Attachments } from './attachments.ts'

/** Flags of VP8X. */
const flags = { profile: 0x20, alpha: 0x10, exif: 0x08, xmp: 0x04 } as const
/** Bits of a side in the headers of both codings. */
const sideMask = 0x3f_ff

/**
 * Inserts chunks: the header of an extended file with its profile first, EXIF and XMP last.
 * https://developers.google.com/speed/webp/docs/riff_container#extended_file_format
 */
export function attachToWebp(file: Buffer, { exif, xmp, icc }: Attachments): Buffer {
  const chunks = [...walkChunks(bytesOf(file))]
  const header = findHeader(file, chunks)
  header[chunkHeaderBytes] =
    (header[chunkHeaderBytes] ?? 0) |
    (icc === undefined ? 0 : flags.profile) |
    (exif === undefined ? 0 : flags.exif) |
    (xmp === undefined ? 0 : flags.xmp)
  const others = chunks.filter(({ name }) => name !== 'VP8X')
  const parts = [
    header,
    ...(icc === undefined ? [] : makeChunk('ICCP', icc)),
    ...others.map(({ start, end }) => file.subarray(start, end + (end % 2))),
    ...(exif === undefined ? [] : makeChunk('EXIF', exif)),
    ...(xmp === undefined ? [] : makeChunk('XMP ', Buffer.from(xmp))),
  ]
  const riff = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1')
  riff.writeUInt32LE(4 + parts.reduce((sum, { length }) => sum + length, 0), 4)
  return Buffer.concat([riff, ...parts])
}

/** Returns the header of an extended file, or makes one from that of the image. */
function findHeader(file: Buffer, chunks: readonly Chunk[]): Buffer {
  const known = chunks.find(({ name }) => name === 'VP8X')
  if (known !== undefined) return Buffer.from(file.subarray(known.start, known.end))
  const { name, at } = chunks.find((each) => each.name === 'VP8 ' || each.name === 'VP8L') ?? {
    name: 'VP8 ',
    at: 0,
  }
  const header = Buffer.alloc(chunkHeaderBytes + 10)
  header.write('VP8X', 'latin1')
  header.writeUInt32LE(10, 4)
  // VP8: RFC 6386, 9.1. VP8L: signature, 14 bits of each side less one, one bit for alpha.
  const bits = name === 'VP8L' ? file.readUInt32LE(at + 1) : 0
  const width = name === 'VP8L' ? bits & sideMask : (file.readUInt16LE(at + 6) & sideMask) - 1
  const height =
    name === 'VP8L' ? (bits >>> 14) & sideMask : (file.readUInt16LE(at + 8) & sideMask) - 1
  header[chunkHeaderBytes] = bits >>> 28 === 1 ? flags.alpha : 0
  header.writeUIntLE(width, chunkHeaderBytes + 4, 3)
  header.writeUIntLE(height, chunkHeaderBytes + 7, 3)
  return header
}

function makeChunk(name: string, content: Buffer): readonly Buffer[] {
  const head = Buffer.alloc(chunkHeaderBytes)
  head.write(name, 'latin1')
  head.writeUInt32LE(content.length, 4)
  return [head, content, Buffer.alloc(content.length % 2)]
}
