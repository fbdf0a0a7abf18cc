import { encodeImage } from './encode.ts'
import type { Encoding } from './encoding.ts'
import { openPixels, readPixels } from './pixels.ts'

const mostEncodes = 6

/**
 * Encodes with the highest quality, up to the given one, whose result has at most `maxBytes`. Returns the smallest
 * result if none fits. Draws the image once.
 */
export async function encodeToFit(encoding: Encoding, maxBytes: number): Promise<Buffer> {
  const { draw, source } = encoding
  const isGrey = source.colours === 'grey' && !source.hasAlpha
  const pixels = await readPixels(await draw(), isGrey)
  const drawn = { ...encoding, draw: () => Promise.resolve(openPixels(pixels)) }
  const encode = (quality: number) => encodeImage({ ...drawn, quality, budgetBytes: undefined })
  let best = await encode(encoding.quality)
  let [lowest, highest] = [1, encoding.quality - 1]
  for (let encodes = 1; encodes < mostEncodes && lowest <= highest; encodes += 1) {
    if (encodes === 1 && best.length <= maxBytes) break
    const quality = Math.floor((lowest + highest) / 2)
    const bytes = await encode(quality)
    const isFitting = bytes.length <= maxBytes
    if (isFitting || bytes.length < best.length) best = bytes
    if (isFitting) lowest = quality + 1
    else highest = quality - 1
  }
  return best
}
