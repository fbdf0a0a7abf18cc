import { crc32 } from 'node:zlib'
import { bytesOf } from '../bytes.ts'
import { chunkFrameBytes, imageChunks, pngSignature, walkPngChunks } from './chunks.ts'

export function makeChunk(type: string, content: Buffer): Buffer {
  const chunk = Buffer.alloc(chunkFrameBytes + content.length)
  chunk.writeUInt32BE(content.length)
  chunk.write(type, 4, 'latin1')
  content.copy(chunk, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4)
  return chunk
}

/** Returns the chunks of some types of a PNG that was written here. */
export function takeChunks(png: Buffer, types: ReadonlySet<string>): readonly Buffer[] {
  return [...walkPngChunks(bytesOf(png))]
    .filter(({ name }) => types.has(name))
    .map(({ start, end }) => png.subarray(start, end))
}

/** Drops the resolution, which the encoder always writes and no browser reads. */
export function keepImageChunks(png: Buffer): Buffer {
  return Buffer.concat([pngSignature, ...takeChunks(png, imageChunks)])
}
