import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { makePhoto } from './make-photo.ts'

/**
 * Creates a PNG of 66 bytes that declares to be wide, interlaced and of 16 bits: a decoder keeps the whole image in
 * memory, some hundred megabytes, before it fails.
 */
export function makeInterlacedBomb(width = 786_464, height = 32): Buffer {
  return makePng({
    width,
    height,
    depth: 16,
    colourType: 6,
    interlaced: true,
    data: Buffer.from([0]),
  })
}

/** Creates a PNG whose header declares very many pixels, with hardly any data. */
export function makePixelFlood(width = 64_250, height = 64_250): Buffer {
  return makePng({
    width,
    height,
    depth: 8,
    colourType: 2,
    interlaced: false,
    data: Buffer.alloc(64),
  })
}

/** Creates a valid WebP with the longest side of the format, one pixel high, in some dozen bytes. */
export async function makeThinWebp(width = 16_383): Promise<Buffer> {
  const image = sharp({ create: { width, height: 1, channels: 3, background: '#5b8c5a' } })
  return image.webp({ lossless: true }).toBuffer()
}

/** Creates a valid PNG, far higher than wide. */
export async function makeThinPng(width = 10, height = 10_000): Promise<Buffer> {
  return makePhoto({ width, height, format: 'png' })
}

type PngFacts = {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly colourType: number
  readonly interlaced: boolean
  readonly data: Buffer
}

function makePng({ width, height, depth, colourType, interlaced, data }: PngFacts): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([depth, colourType, 0, 0, interlaced ? 1 : 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const chunks = [
    makeChunk('IHDR', header),
    makeChunk('IDAT', deflateSync(data)),
    makeChunk('IEND', Buffer.alloc(0)),
  ]
  return Buffer.concat([signature, ...chunks])
}

export function makeChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const chunk = Buffer.alloc(8 + body.length)
  chunk.writeUInt32BE(data.length, 0)
  chunk.set(body, 4)
  chunk.writeUInt32BE(crc32(body), 4 + body.length)
  return chunk
}

/** Computes CRC-32 of ISO 3309 bit by bit: the chunks are small. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xff_ff_ff_ff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xed_b8_83_20 : crc >>> 1
  }
  return (crc ^ 0xff_ff_ff_ff) >>> 0
}
