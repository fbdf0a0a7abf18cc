import sharp from 'sharp'

// Tests access globals through their sandbox, which is slow.
const { floor, round } = Math

export type DrawingOptions = {
  readonly width: number
  readonly height: number
  /** Distinct colours, 2 to 256. */
  readonly colours: number
  /** Makes the first colour transparent and the second one half transparent. */
  readonly alpha?: boolean
  readonly grey?: boolean
}

/** Paints a screenshot-like image, RGBA: a background, boxes, and lines as thin as letters. */
export function paintDrawing({ width, height, colours, alpha, grey }: DrawingOptions): Buffer {
  const pixels = Buffer.alloc(width * height * 4)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const isLine = (x % 7 === 3 && y % 11 < 6) || (y % 11 === 2 && x % 7 < 4)
      const box = 2 + floor(x / 24) * 5 + floor(y / 18) * 3
      const index = isLine ? 1 : (x + y) % 90 < 40 ? 0 : box % colours
      const at = 4 * (y * width + x)
      for (let channel = 0; channel < 3; channel += 1) {
        pixels[at + channel] = levelOf(index, grey === true ? 0 : channel, colours)
      }
      pixels[at + 3] = alpha === true && index < 2 ? 128 * index : 255
    }
  }
  return pixels
}

/** Returns a level that differs for every index in the first channel. */
function levelOf(index: number, channel: number, colours: number): number {
  const level = round((255 * index) / (colours - 1))
  return channel === 0 ? level : (level * (channel === 1 ? 89 : 151) + 31 * channel) % 256
}

/** Creates a drawing as PNG in true colour. */
export function makeDrawing(options: DrawingOptions): Promise<Buffer> {
  const { width, height } = options
  return sharp(paintDrawing(options), { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 9 })
    .toBuffer()
}
