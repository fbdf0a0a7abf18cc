import { withBytes } from '../bytes.ts'
import {
  chunkFrameBytes,
  imageChunks,
  pngSignature,
  signatureBytes,
  walkPngChunks,
  windowBytes,
} from './chunks.ts'

/** Header of a PNG file. */
export type PngFrame = {
  /** Width, px. */
  readonly width: number
  readonly height: number
  /** Grey or colours, with or without alpha. */
  readonly channels: 1 | 2 | 3 | 4
  readonly isInterlaced: boolean
  /** See `countImageBytes`; counted here, because a second walk through many chunks takes half a millisecond. */
  readonly imageBytes: number
}

const headerBytes = 13
/** Channels by colour type. Palettes are left to a decoder. */
const channelsOf: Readonly<Record<number, PngFrame['channels']>> = { 0: 1, 2: 3, 4: 2, 6: 4 }
/** Chunks that do not change what a decoder reports about an image. */
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
 * Reads the header of a plain PNG of eight bits per channel, without a decoder.
 *
 * @returns undefined for anything that is not plain, such as a file with texts, which a decoder must judge
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function readPngFrame(path: string): PngFrame | undefined {
  return withBytes(path, windowBytes, (file) => {
    if (!file.read(0, pngSignature.length).equals(pngSignature)) return undefined
    let frame: Omit<PngFrame, 'imageBytes'> | undefined
    let imageBytes = signatureBytes
    for (const { name, at, bytes } of walkPngChunks(file)) {
      if (frame !== undefined && !plainChunks.has(name)) return undefined
      if (imageChunks.has(name)) imageBytes += chunkFrameBytes + bytes
      if (frame !== undefined) continue
      if (name !== 'IHDR' || bytes !== headerBytes) return undefined
      frame = toFrame(file.read(at, headerBytes))
      if (frame === undefined) return undefined
    }
    return frame && { ...frame, imageBytes }
  })
}

/** Parses the header: width, height, bits, colour type, compression, filters, interlacing. */
function toFrame(header: Buffer): Omit<PngFrame, 'imageBytes'> | undefined {
  if (header.length < headerBytes) return undefined
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const [bits, colourType = -1, compression, filters, interlacing] = header.subarray(8)
  const channels = channelsOf[colourType]
  const isKnown = bits === 8 && compression === 0 && filters === 0
  if (width === 0 || height === 0 || !isKnown || channels === undefined) return undefined
  return { width, height, channels, isInterlaced: interlacing !== 0 }
}
