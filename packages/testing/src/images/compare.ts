import sharp from 'sharp'

// Tests reach a global by way of their sandbox, which takes its time.
const { abs } = Math

/** The pixels of a picture on white, three bytes each, row by row. */
export async function readPixels(
  picture: Uint8Array,
): Promise<{ readonly width: number; readonly height: number; readonly data: Buffer }> {
  const { data, info } = await sharp(picture)
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, data }
}

/**
 * By how much the channels of two pictures differ in the mean, 0 to 255; two that are not of the same size differ by
 * all that there is.
 */
export async function meanDifference(one: Uint8Array, other: Uint8Array): Promise<number> {
  const [left, right] = await Promise.all([readPixels(one), readPixels(other)])
  if (left.width !== right.width || left.height !== right.height) return 255
  const sum = left.data.reduce((total, value, at) => total + abs(value - (right.data[at] ?? 0)), 0)
  return sum / left.data.length
}

/** Red, green and blue of one pixel of a picture on white; a negative place counts from the far side. */
export async function readPixel(
  picture: Uint8Array,
  x: number,
  y: number,
): Promise<readonly [number, number, number]> {
  const { width, height, data } = await readPixels(picture)
  const at = ((y < 0 ? height + y : y) * width + (x < 0 ? width + x : x)) * 3
  return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0]
}
