import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { root } from '../stage/folders.mjs'

const example = join(root, 'assets', 'example.jpg')
/** Parts of the example that differ in what they hold: the whole, the sky, the land and the water. */
const parts = [
  { left: 0, top: 0, width: 2400, height: 1600 },
  { left: 0, top: 0, width: 1200, height: 800 },
  { left: 1200, top: 400, width: 1200, height: 800 },
  { left: 600, top: 800, width: 1200, height: 800 },
]
const box = 640

/** Pixels as the pipeline hands them to the encoders: those of a folder of photographs, or parts of the example. */
export async function provideImages(folder) {
  if (folder === undefined)
    return Promise.all(parts.map((part) => shrink(sharp(example).extract(part))))
  const names = (await readdir(folder)).filter((name) => /\.(jpe?g|png|webp|tiff?)$/i.test(name))
  return Promise.all(names.sort().map((name) => shrink(sharp(join(folder, name)).autoOrient())))
}

function shrink(image) {
  return image
    .flatten({ background: '#fff' })
    .resize({ width: box, height: box, fit: 'inside' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
}
