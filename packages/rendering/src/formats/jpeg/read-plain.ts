import { toOrientation, toStoredSize } from '../orientation.ts'
import type { SourceFacts } from '../source-facts.ts'
import { readJpegFrame } from './read-frame.ts'

/** Reads the facts of a plain JPEG without a decoder. @returns undefined if a decoder must judge */
export function readPlainJpeg(path: string): SourceFacts | undefined {
  const frame = readJpegFrame(path)
  if (frame === undefined) return undefined
  const { width, height, components, isProgressive, hasHalvedColours } = frame
  const orientation = toOrientation(frame.orientation)
  return {
    format: 'jpg',
    size: toStoredSize(frame, orientation),
    pixels: width * height,
    orientation,
    colours: components === 1 ? 'grey' : 'rgb',
    hasAlpha: false,
    hasHalvedColours,
    isLossless: false,
    isIndexed: false,
    isProgressive,
    bytesPerPixel: components,
    isDeep: false,
  }
}
