import sharp from 'sharp'

/** Colours of the cells of `makeGrid`, row by row. */
export const gridColours = [
  ['red', [230, 30, 30]],
  ['green', [30, 160, 30]],
  ['blue', [30, 30, 230]],
  ['yellow', [230, 230, 30]],
  ['grey', [128, 128, 128]],
  ['cyan', [30, 230, 230]],
  ['brown', [120, 60, 20]],
  ['purple', [230, 30, 230]],
  ['black', [20, 20, 20]],
] as const

export type GridColour = (typeof gridColours)[number][0]

/** Makes an image of three by three plain cells: each place of it is known by its colour. */
export function makeGrid({ width, height }: { readonly width: number; readonly height: number }) {
  const data = Buffer.alloc(width * height * 3)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const cell = 3 * Math.floor((3 * y) / height) + Math.floor((3 * x) / width)
      data.set(gridColours[cell]?.[1] ?? [], (y * width + x) * 3)
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

/** Returns the name of the nearest colour of the grid, or `white`. */
export function nameColour(pixel: readonly number[]): GridColour | 'white' {
  const known = [...gridColours, ['white', [255, 255, 255]]] as const
  const distances = known.map(
    ([name, colour]) =>
      [name, colour.reduce((sum, value, at) => sum + (value - (pixel[at] ?? 0)) ** 2, 0)] as const,
  )
  return distances.reduce((best, each) => (each[1] < best[1] ? each : best))[0]
}
