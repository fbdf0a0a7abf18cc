import type { SourceFacts } from '../source-facts.ts'
import { readPngFrame } from './read-frame.ts'

/** Reads the facts of a plain PNG without a decoder. @returns undefined if a decoder must judge */
export function readPlainPng(path: string): SourceFacts | undefined {
  const frame = readPngFrame(path)
  if (frame === undefined) return undefined
  const { width, height, channels, isInterlaced, imageBytes } = frame
  return {
    format: 'png',
    size: { width, height },
    pixels: width * height,
    orientation: 1,
    colours: channels < 3 ? 'grey' : 'rgb',
    hasAlpha: channels === 2 || channels === 4,
    hasHalvedColours: false,
    isLossless: true,
    isIndexed: false,
    isProgressive: isInterlaced,
    bytesPerPixel: channels,
    isDeep: false,
    imageBytes,
  }
}
