import { readFileSync, statSync } from 'node:fs'
import sharp, { type Sharp } from 'sharp'
import type { Reader } from '../reader.ts'
import type { SourceFacts } from '../source-facts.ts'
import { checkDrawing } from './check-drawing.ts'

/** Resolution at which a drawing has the size that it declares, dots per inch. */
const density = 72

/** SVG, rasterised by librsvg at the size of the rendition. From memory, it has no folder for references to files. */
export const svg: Reader = {
  loader: 'Svg',
  check: checkDrawing,
  countHeldBytes: (path) => statSync(path).size,
  toInput: (path) => readFileSync(path),
  open: rasterise,
  readMetadata: () => ({}),
  isLossless: () => true,
  decodeBytesPerPixel: () => 12,
  isDrawing: true,
  isCostly: () => false,
  encodesAs: () => 'png',
  encode: (image) => image.png(),
}

/** Rasterises a drawing to exactly the size of its facts, which the decoder rounds in its own way. */
async function rasterise(
  path: string,
  { size, zoom = 1 }: SourceFacts,
  maxPixels: number,
): Promise<Sharp> {
  const { data, info } = await sharp(readFileSync(path), {
    density: density * zoom,
    limitInputPixels: maxPixels,
  })
    .resize({ ...size, fit: 'fill' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return sharp(data, { raw: info })
}
