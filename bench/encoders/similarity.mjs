import sharp from 'sharp'
import { ssim } from 'ssim.js'

/** Returns the similarity of an encoded image to the pixels that it was made of: SSIM, 1 for equal pixels. */
export async function similarityTo(pixels, bytes) {
  const decoded = await sharp(bytes).ensureAlpha().raw().toBuffer()
  const original = await withAlpha(pixels)
  return ssim(toImageData(original, pixels.info), toImageData(decoded, pixels.info)).mssim
}

function withAlpha({ data, info }) {
  const { width, height, channels } = info
  return sharp(data, { raw: { width, height, channels } }).ensureAlpha().raw().toBuffer()
}

function toImageData(buffer, { width, height }) {
  return { data: new Uint8ClampedArray(buffer), width, height }
}
