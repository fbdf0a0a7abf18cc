import sharp from 'sharp'
import { makePhoto } from './make-photo.ts'

/** Creates a GIF of several frames: the first is a photo, each later one a different plain grey. */
export async function makeAnimatedGif(
  width: number,
  height: number,
  frames: number,
): Promise<Buffer> {
  const first = await makePhoto({ width, height, format: 'png' })
  const later = Array.from({ length: frames - 1 }, (_, index) =>
    makePlain(width, height, Math.round(((index + 1) * 255) / frames)),
  )
  const pages = [first, ...(await Promise.all(later))]
  return sharp(pages, { join: { animated: true } })
    .gif({ effort: 1 })
    .toBuffer()
}

function makePlain(width: number, height: number, grey: number): Promise<Buffer> {
  const background = { r: grey, g: grey, b: grey }
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer()
}
