import { existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { cacheDir, root } from '../stage/folders.mjs'

const example = join(root, 'assets', 'example.jpg')
const exampleSize = { width: 2400, height: 1600 }

/**
 * The images that are worked on, by name: how many megapixels, and how they are written. Their detail and grain are
 * those of the example at its full size: small ones are scaled down from it, large ones are mirrored copies side by side.
 */
export const photos = {
  'jpeg-2': { megapixels: 2, extension: 'jpg', write: (image) => image.jpeg({ quality: 85 }) },
  'jpeg-12': { megapixels: 12, extension: 'jpg', write: (image) => image.jpeg({ quality: 85 }) },
  'jpeg-24': { megapixels: 24, extension: 'jpg', write: (image) => image.jpeg({ quality: 85 }) },
  'progressive-12': {
    megapixels: 12,
    extension: 'jpg',
    write: (image) => image.jpeg({ quality: 85, progressive: true }),
  },
  'png-alpha-2': {
    megapixels: 2,
    extension: 'png',
    write: (image) => image.ensureAlpha(0.6).png({ compressionLevel: 6 }),
  },
  'webp-12': {
    megapixels: 12,
    extension: 'webp',
    write: (image) => image.webp({ quality: 85, effort: 2 }),
  },
}

/** The file of an image, drawn where it is not there yet, and its size, px. */
export async function providePhoto(name) {
  const { megapixels, extension, write } = photos[name]
  const size = sizeOf(megapixels)
  const folder = join(cacheDir, 'photos')
  const path = join(folder, `${name}.${extension}`)
  if (!existsSync(path)) {
    await mkdir(folder, { recursive: true })
    await write(await draw(size)).toFile(`${path}.unfinished`)
    await rename(`${path}.unfinished`, path)
  }
  return { path, extension, ...size }
}

function sizeOf(megapixels) {
  const height = Math.round(Math.sqrt((megapixels * 1e6 * 2) / 3))
  return { width: Math.round((height * 3) / 2), height }
}

async function draw({ width, height }) {
  if (width <= exampleSize.width) return sharp(example).resize(width, height)
  const [right, bottom] = [width - exampleSize.width, height - exampleSize.height]
  const { data, info } = await sharp(example)
    .extend({ right, bottom, extendWith: 'mirror' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return sharp(data, { raw: info })
}
