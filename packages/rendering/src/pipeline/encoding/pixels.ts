import sharp, { type Sharp } from 'sharp'

/** Decoded pixels, row by row, one byte per channel: grey, grey with alpha, RGB or RGBA. */
export type Pixels = {
  readonly data: Buffer
  readonly width: number
  readonly height: number
  readonly channels: 1 | 2 | 3 | 4
}

/** Runs a pipeline. @param isGrey the source has neither colours nor alpha */
export async function readPixels(image: Sharp, isGrey: boolean): Promise<Pixels> {
  const { data, info } = await image
    .toColourspace(isGrey ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: info.channels as 1 | 3 | 4 }
}

export function openPixels({ data, width, height, channels }: Pixels): Sharp {
  const image = sharp(data, { raw: { width, height, channels } })
  return channels < 3 ? image.toColourspace('b-w') : image
}

/** Drops an alpha channel that is opaque everywhere, and colours that are grey everywhere. */
export function dropConstantChannels(pixels: Pixels): Pixels {
  const { data, channels } = pixels
  if (channels < 3) return pixels
  const isTransparent = channels === 4 && somePixel(pixels, (at) => data[at + 3] !== 255)
  const isColoured = somePixel(
    pixels,
    (at) => data[at] !== data[at + 1] || data[at] !== data[at + 2],
  )
  if (!isColoured) return keepChannels(pixels, isTransparent ? [0, 3] : [0])
  return channels === 4 && !isTransparent ? keepChannels(pixels, [0, 1, 2]) : pixels
}

function somePixel({ data, channels }: Pixels, test: (at: number) => boolean): boolean {
  for (let at = 0; at < data.length; at += channels) if (test(at)) return true
  return false
}

function keepChannels({ data, width, height, channels }: Pixels, kept: readonly number[]): Pixels {
  const packed = Buffer.allocUnsafe(width * height * kept.length)
  for (let from = 0, to = 0; from < data.length; from += channels) {
    for (const channel of kept) {
      packed[to] = data[from + channel] ?? 0
      to += 1
    }
  }
  return { data: packed, width, height, channels: kept.length as Pixels['channels'] }
}
