import { readBytes, withFile } from '../files.ts'
import { pngSignature } from '../encoding/png-chunks.ts'
import { walkPngChunks } from './chunks.ts'

/** The header of a PNG file. */
export type PngFrame = {
  /** px. */
  readonly width: number
  readonly height: number
  /** Grey or colours, with transparency or without. */
  readonly channels: 1 | 2 | 3 | 4
  readonly isInterlaced: boolean
}

const headerBytes = 13
/** By colour type. Palettes are for a decoder to judge. */
const channelsOf: Readonly<Record<number, PngFrame['channels']>> = { 0: 1, 2: 3, 4: 2, 6: 4 }
/** Chunks that change nothing of what a decoder tells of an image. */
const plainChunks: ReadonlySet<string> = new Set([
  'sRGB',
  'iCCP',
  'pHYs',
  'tIME',
  'bKGD',
  'IDAT',
  'IEND',
])

/**
 * Reads the header of a plain PNG of eight bits a channel, without a decoder.
 *
 * @returns undefined for whatever is not quite plain, such as a file with texts, which is for a decoder to judge
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function readPngFrame(path: string): PngFrame | undefined {
  return withFile(path, (file) => {
    if (!readBytes(file, 0, pngSignature.length).equals(pngSignature)) return undefined
    let frame: PngFrame | undefined
    for (const { name, at, bytes } of walkPngChunks(file)) {
      if (frame !== undefined && !plainChunks.has(name)) return undefined
      if (frame !== undefined) continue
      if (name !== 'IHDR' || bytes !== headerBytes) return undefined
      frame = toFrame(readBytes(file, at, headerBytes))
      if (frame === undefined) return undefined
    }
    return frame
  })
}

/** Width, height, bits, colour type, compression, filters, interlacing. */
function toFrame(header: Buffer): PngFrame | undefined {
  if (header.length < headerBytes) return undefined
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const [bits, colourType = -1, compression, filters, interlacing] = header.subarray(8)
  const channels = channelsOf[colourType]
  const isKnown = bits === 8 && compression === 0 && filters === 0
  if (width === 0 || height === 0 || !isKnown || channels === undefined) return undefined
  return { width, height, channels, isInterlaced: interlacing !== 0 }
}
