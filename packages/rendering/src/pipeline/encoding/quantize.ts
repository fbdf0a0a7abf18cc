import sharp from 'sharp'
import { type Pixels, openPixels } from './pixels.ts'
import { keepImageChunks } from '../../formats/png/write-chunks.ts'

/** Peak signal-to-noise ratio above which two images look the same, dB. */
const leastFidelity = 42
/** Largest result for which the palette search is fast enough, px. */
const mostPixels = 4_000_000

/** Writes a PNG with a palette of 256 colours. Returns undefined if the difference could be visible. */
export async function quantize(pixels: Pixels): Promise<Buffer | undefined> {
  const { width, height, channels } = pixels
  if (channels < 3 || width * height > mostPixels) return undefined
  const bytes = await openPixels(pixels)
    .png({ palette: true, effort: 4, dither: 0, compressionLevel: 9 })
    .toBuffer()
  const decoded = sharp(bytes).toColourspace('srgb')
  const shown = channels === 4 ? decoded.ensureAlpha() : decoded.removeAlpha()
  const fidelity = measureFidelity(pixels.data, await shown.raw().toBuffer())
  return fidelity >= leastFidelity ? keepImageChunks(bytes) : undefined
}

function measureFidelity(one: Buffer, other: Buffer): number {
  let sum = 0
  for (let at = 0; at < one.length; at += 1) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0)
    sum += difference * difference
  }
  return 10 * Math.log10((255 * 255 * one.length) / Math.max(sum, Number.MIN_VALUE))
}
