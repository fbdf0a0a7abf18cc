import { readJpegFrame } from './jpeg/read-frame.ts'
import { toOrientation, toStoredSize } from './orientation.ts'
import { readPngFrame } from './png/read-frame.ts'
import { checkSize } from './check-limits.ts'
import { inspectFile } from './inspect.ts'
import type { Admit, SourceFacts } from './source-facts.ts'

/**
 * Reads the header of a file that was accepted earlier; without a decoder if it is a plain JPEG or PNG.
 *
 * @throws as `inspectFile`
 */
export async function inspectKnown(
  path: string,
  maxPixels: number,
  admit?: Admit,
): Promise<SourceFacts> {
  const known = readKnownJpeg(path) ?? readKnownPng(path)
  if (known === undefined) return inspectFile(path, maxPixels, admit)
  checkSize(known.size, maxPixels)
  return known
}

function readKnownJpeg(path: string): SourceFacts | undefined {
  const frame = readJpegFrame(path)
  if (frame === undefined) return undefined
  const { width, height, components, isProgressive, hasHalvedColours } = frame
  const orientation = toOrientation(frame.orientation)
  return {
    ...plainFacts,
    format: 'jpg',
    size: toStoredSize(frame, orientation),
    pixels: width * height,
    orientation,
    colours: components === 1 ? 'grey' : 'rgb',
    hasAlpha: false,
    hasHalvedColours,
    isLossless: false,
    isProgressive,
    bytesPerPixel: components,
  }
}

function readKnownPng(path: string): SourceFacts | undefined {
  const frame = readPngFrame(path)
  if (frame === undefined) return undefined
  const { width, height, channels, isInterlaced } = frame
  return {
    ...plainFacts,
    format: 'png',
    size: { width, height },
    pixels: width * height,
    orientation: 1,
    colours: channels < 3 ? 'grey' : 'rgb',
    hasAlpha: channels === 2 || channels === 4,
    hasHalvedColours: false,
    isLossless: true,
    isProgressive: isInterlaced,
    bytesPerPixel: channels,
  }
}

const plainFacts = { isIndexed: false, isDeep: false } as const
