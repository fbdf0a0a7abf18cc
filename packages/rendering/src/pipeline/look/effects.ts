import type { Variant } from '@iaas/common/image'
import { type Pixels, openPixels, readPixels } from '../encoding/pixels.ts'
import { type Operation, ranks } from './operation.ts'
import { pixelate } from './pixelate.ts'

type Effects = Pick<Variant, 'blur' | 'sharpen' | 'pixelate'>

/** Sigma above which an image is blurred at a smaller size: the work grows with the sigma, and nothing fine is left. */
const largestSigma = 10
/** Sigma at the smaller size. */
const smallSigma = 5
const usualSharpness = 1

export function effectOperations(
  { blur, sharpen, pixelate: block }: Effects,
  blurSigma: number,
): readonly Operation[] {
  const operations: Operation[] = []
  const sigma = blur === true ? blurSigma : blur
  if (sigma !== false && sigma > largestSigma) {
    operations.push({ change: (pixels) => blurReduced(pixels, sigma) })
  } else if (sigma !== false) {
    operations.push({ rank: ranks.blur, apply: (image) => image.blur(sigma) })
  }
  if (sharpen !== false) {
    const options = { sigma: sharpen === true ? usualSharpness : sharpen }
    operations.push({ rank: ranks.sharpen, apply: (image) => image.sharpen(options) })
  }
  if (block !== undefined) operations.push({ change: (pixels) => pixelate(pixels, block) })
  return operations
}

/** Blurs by a large sigma: reduces, blurs and enlarges again. */
export async function blurReduced(pixels: Pixels, sigma: number): Promise<Pixels> {
  const { width, height, channels } = pixels
  const factor = sigma / smallSigma
  const small = { width: Math.ceil(width / factor), height: Math.ceil(height / factor) }
  const reduced = openPixels(pixels)
    .resize({ ...small, fit: 'fill' })
    .blur(smallSigma)
  const blurred = openPixels(await readPixels(reduced, channels === 1))
  const enlarged = blurred.resize({ width, height, fit: 'fill', kernel: 'cubic' })
  return readPixels(enlarged, channels === 1)
}
