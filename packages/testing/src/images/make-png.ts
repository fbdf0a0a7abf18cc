import { crc32, deflateSync } from 'node:zlib'

/** Colour types of the format. */
const types = { grey: 0, rgb: 2, 'grey+alpha': 4, 'rgb+alpha': 6 } as const
const channelCounts = { grey: 1, rgb: 3, 'grey+alpha': 2, 'rgb+alpha': 4 } as const

export type PngOptions = {
  readonly colours: keyof typeof types
  readonly bits?: 8 | 16
  /** Patches of `patch` px in one row: samples of eight bits, which 16 bits repeat. */
  readonly patches: readonly (readonly number[])[]
  readonly patch?: number
  /** Chunks between the header and the pixels. */
  readonly chunks?: readonly Buffer[]
}

/** Creates a PNG of patches side by side. https://www.w3.org/TR/png-3/ */
export function makePng(options: PngOptions): Buffer {
  const { colours, bits = 8, patches, patch = 8, chunks = [] } = options
  const channels = channelCounts[colours]
  const header = Buffer.alloc(13)
  header.writeUInt32BE(patches.length * patch, 0)
  header.writeUInt32BE(patch, 4)
  header.writeUInt8(bits, 8)
  header.writeUInt8(types[colours], 9)
  const samples = patches.flatMap((levels) =>
    Array.from({ length: patch }, () => levels.slice(0, channels)).flat(),
  )
  const row = Buffer.from([
    0,
    ...samples.flatMap((level) => (bits === 16 ? [level, level] : [level])),
  ])
  const rows = Buffer.concat(Array<Buffer>(patch).fill(row))
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    makePngChunk('IHDR', header),
    ...chunks,
    makePngChunk('IDAT', deflateSync(rows)),
    makePngChunk('IEND', Buffer.alloc(0)),
  ])
}

export function makePngChunk(name: string, content: Buffer): Buffer {
  const chunk = Buffer.alloc(12 + content.length)
  chunk.writeUInt32BE(content.length, 0)
  chunk.write(name, 4, 'latin1')
  content.copy(chunk, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4)
  return chunk
}

/** Creates a cICP chunk from codes of ITU-T H.273. */
export function makeCicp(primaries: number, transfer: number, matrix = 0, range = 1): Buffer {
  return makePngChunk('cICP', Buffer.from([primaries, transfer, matrix, range]))
}

export function makeGama(gamma: number): Buffer {
  return makePngChunk('gAMA', packNumbers([gamma], 100_000))
}

/** Creates a cHRM chunk from x and y of white, red, green and blue. */
export function makeChrm(chromaticities: readonly number[]): Buffer {
  return makePngChunk('cHRM', packNumbers(chromaticities, 100_000))
}

/** Creates a cLLI chunk with the brightness of the brightest pixel and of the brightest frame, cd/m2. */
export function makeClli(peak: number): Buffer {
  return makePngChunk('cLLI', packNumbers([peak, peak], 10_000))
}

function packNumbers(values: readonly number[], unit: number): Buffer {
  const packed = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) {
    packed.writeUInt32BE(Math.round(value * unit), 4 * index)
  }
  return packed
}
