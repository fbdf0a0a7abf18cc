import sharp from 'sharp'
import { makePhoto } from './make-photo.ts'

/** A GIF of several frames; the first one is a photo, the later ones are plain. */
export async function makeAnimatedGif(
  width: number,
  height: number,
  frames: number,
): Promise<Buffer> {
  const first = await makePhoto({ width, height, format: 'png' })
  const plain = await sharp({ create: { width, height, channels: 3, background: '#808080' } })
    .png()
    .toBuffer()
  const pages = [first, ...Array.from({ length: frames - 1 }, () => plain)]
  return sharp(pages, { join: { animated: true } })
    .gif({ effort: 1 })
    .toBuffer()
}
