import type { Pixels } from '../encoding/pixels.ts'

/** Replaces each square block by its mean colour. Blocks at the right and lower edge may be smaller. */
export function pixelate(pixels: Pixels, block: number): Pixels {
  const data = Buffer.allocUnsafe(pixels.data.length)
  for (let top = 0; top < pixels.height; top += block) {
    for (let left = 0; left < pixels.width; left += block) {
      fillBlock(pixels, data, { left, top, block })
    }
  }
  return { ...pixels, data }
}

type Block = { readonly left: number; readonly top: number; readonly block: number }

function fillBlock(pixels: Pixels, result: Buffer, { left, top, block }: Block): void {
  const { data, width, height, channels } = pixels
  const right = Math.min(width, left + block)
  const bottom = Math.min(height, top + block)
  const sums = [0, 0, 0, 0]
  const hasAlpha = channels === 4 || channels === 2
  let opacity = 0
  for (let y = top; y < bottom; y += 1) {
    for (
      let at = (y * width + left) * channels;
      at < (y * width + right) * channels;
      at += channels
    ) {
      const alpha = hasAlpha ? (data[at + channels - 1] ?? 0) : 255
      opacity += alpha
      for (let channel = 0; channel < channels; channel += 1) {
        sums[channel] = (sums[channel] ?? 0) + (data[at + channel] ?? 0) * alpha
      }
    }
  }
  const mean = sums.map((sum) => (opacity === 0 ? 0 : Math.round(sum / opacity)))
  if (hasAlpha) mean[channels - 1] = Math.round(opacity / ((right - left) * (bottom - top)))
  for (let y = top; y < bottom; y += 1) {
    for (
      let at = (y * width + left) * channels;
      at < (y * width + right) * channels;
      at += channels
    ) {
      for (let channel = 0; channel < channels; channel += 1) {
        result[at + channel] = mean[channel] ?? 0
      }
    }
  }
}
