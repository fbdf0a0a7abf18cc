import { crc32 } from 'node:zlib'
import { chunkFrameBytes as frameBytes, imageChunks, pngSignature } from './chunks.ts'

export function makeChunk(type: string, content: Buffer): Buffer {
  const chunk = Buffer.alloc(frameBytes + content.length)
  chunk.writeUInt32BE(content.length)
  chunk.write(type, 4, 'latin1')
  content.copy(chunk, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4)
  return chunk
}

/** Returns the chunks of some types of a PNG that was written here. */
export function takeChunks(png: Buffer, types: ReadonlySet<string>): readonly Buffer[] {
  const taken: Buffer[] = []
  for (let at = pngSignature.length; at < png.length;) {
    const end = at + frameBytes + png.readUInt32BE(at)
    if (types.has(png.toString('latin1', at + 4, at + 8))) taken.push(png.subarray(at, end))
    at = end
  }
  return taken
}

/** Drops the resolution, which the encoder always writes and no browser reads. */
export function keepImageChunks(png: Buffer): Buffer {
  return Buffer.concat([pngSignature, ...takeChunks(png, imageChunks)])
}
