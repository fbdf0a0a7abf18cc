import sharp from 'sharp'

// Tests access globals through their sandbox, which is slow.
const { abs } = Math

/** Returns the pixels of an image on white, three bytes each, row by row. */
export async function readPixels(
  image: Uint8Array,
): Promise<{ readonly width: number; readonly height: number; readonly data: Buffer }> {
  const { data, info } = await sharp(image)
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, data }
}

/** Returns the mean difference between the channels of two images, 0 to 255; the maximum if their sizes differ. */
export async function meanDifference(one: Uint8Array, other: Uint8Array): Promise<number> {
  const [left, right] = await Promise.all([readPixels(one), readPixels(other)])
  if (left.width !== right.width || left.height !== right.height) return 255
  const sum = left.data.reduce((total, value, at) => total + abs(value - (right.data[at] ?? 0)), 0)
  return sum / left.data.length
}

/** Returns red, green and blue of one pixel of an image on white; negative positions count from the far side. */
export async function readPixel(
  image: Uint8Array,
  x: number,
  y: number,
): Promise<readonly [number, number, number]> {
  const { width, height, data } = await readPixels(image)
  const at = ((y < 0 ? height + y : y) * width + (x < 0 ? width + x : x)) * 3
  return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0]
}
