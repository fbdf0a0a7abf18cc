import type { Encoding } from './encoding.ts'

/** Ratio to the size of the original above which a rendition is encoded again. */
const tolerance = 1.02
const attempts = 6
const worstQuality = 10

/** Parameters of one encoding. `isHarder`: uses more time to save bytes. */
type Attempt = { readonly quality: number; readonly isHarder: boolean }

/**
 * Encodes with the given quality. If the result is larger than the original, uses more effort, then lowers the quality,
 * which is only an estimate. Nearly all images are encoded once.
 */
export async function encodeWithin(
  { quality, budgetBytes = Infinity }: Pick<Encoding, 'quality' | 'budgetBytes'>,
  encode: (attempt: Attempt) => Promise<Buffer>,
): Promise<Buffer> {
  let smallest = await encode({ quality, isHarder: false })
  let current = quality
  for (let attempt = 1; attempt < attempts; attempt += 1) {
    const excess = smallest.length / budgetBytes
    if (excess <= tolerance || current <= worstQuality) break
    if (attempt > 1) current = lower(current, excess ** attempt)
    const bytes = await encode({ quality: current, isHarder: true })
    if (bytes.length < smallest.length) smallest = bytes
  }
  return smallest
}

/** Lowers a quality by widening the quantizer steps, which are linear in the quality from 50 on. */
function lower(quality: number, factor: number): number {
  const step = quality < 50 ? 5000 / quality : 200 - 2 * quality
  const wider = Math.max(step + 2, step * factor)
  const lowered = wider > 100 ? 5000 / wider : (200 - wider) / 2
  return Math.max(worstQuality, Math.floor(lowered))
}
