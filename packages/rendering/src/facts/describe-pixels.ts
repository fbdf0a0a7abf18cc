import type { ImageFacts } from '@iaas/common/image-facts'
import { encode as encodeBlurhash } from 'blurhash'
import sharp, { type Sharp } from 'sharp'
import { rgbaToThumbHash } from 'thumbhash'
import { averageColour, findPalette } from './palette.ts'

type PixelFacts = Pick<
  ImageFacts,
  'averageColour' | 'palette' | 'thumbhash' | 'blurhash' | 'placeholder' | 'perceptualHash'
>

/** Side of the copy that is encoded as BlurHash, px. It keeps 4 x 3 components, so that more pixels change nothing. */
const blurhashSide = 32
const placeholderSide = 16
const white = '#fff'

/** Computes facts from the pixels of a small image of at most 100 x 100 px. */
export async function describePixels(image: Sharp): Promise<PixelFacts> {
  const { data, info } = await image
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const rgba = channels === 4 ? data : greyToRgba(data, channels)
  const open = () => sharp(rgba, { raw: { width, height, channels: 4 } })
  return {
    averageColour: averageColour(rgba),
    palette: await findPalette(rgba),
    thumbhash: Buffer.from(rgbaToThumbHash(width, height, rgba)).toString('base64'),
    blurhash: await toBlurhash(open()),
    placeholder: await toPlaceholder(open()),
    perceptualHash: await toDifferenceHash(open()),
  }
}

function greyToRgba(data: Buffer, channels: number): Buffer {
  const rgba = Buffer.alloc((data.length / channels) * 4)
  for (let pixel = 0; pixel * channels < data.length; pixel += 1) {
    rgba.fill(data[pixel * channels] ?? 0, pixel * 4, pixel * 4 + 3)
    rgba[pixel * 4 + 3] = channels === 2 ? (data[pixel * 2 + 1] ?? 0) : 255
  }
  return rgba
}

async function toBlurhash(image: Sharp): Promise<string> {
  const { data, info } = await image
    .resize(blurhashSide, blurhashSide, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: white })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return encodeBlurhash(new Uint8ClampedArray(data), info.width, info.height, 4, 3)
}

async function toPlaceholder(image: Sharp): Promise<string> {
  const bytes = await image
    .resize(placeholderSide, placeholderSide, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 50 })
    .toBuffer()
  return `data:image/webp;base64,${bytes.toString('base64')}`
}

/** Difference hash: a bit tells whether a pixel of a copy of 9 x 8 px is darker than its neighbour on the right. */
async function toDifferenceHash(image: Sharp): Promise<string> {
  const { data, info } = await image
    .flatten({ background: white })
    .resize(9, 8, { fit: 'fill' })
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true })
  let hash = 0n
  for (let row = 0; row < 8; row += 1) {
    for (let column = 0; column < 8; column += 1) {
      const at = (row * 9 + column) * info.channels
      const isDarker = (data[at] ?? 0) < (data[at + info.channels] ?? 0)
      hash = (hash << 1n) | (isDarker ? 1n : 0n)
    }
  }
  return hash.toString(16).padStart(16, '0')
}
