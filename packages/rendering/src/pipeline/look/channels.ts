import type { Rgba } from '@iaas/common/image'
import type { Pixels } from '../encoding/pixels.ts'

/** Returns a copy of the pixels with four channels. */
export function withAlpha({ data, width, height, channels }: Pixels): Pixels {
  const result = Buffer.allocUnsafe(width * height * 4)
  const isColour = channels > 2
  const hasAlpha = channels === 2 || channels === 4
  for (let from = 0, to = 0; from < data.length; from += channels, to += 4) {
    const first = data[from] ?? 0
    result[to] = first
    result[to + 1] = isColour ? (data[from + 1] ?? 0) : first
    result[to + 2] = isColour ? (data[from + 2] ?? 0) : first
    result[to + 3] = hasAlpha ? (data[from + channels - 1] ?? 0) : 255
  }
  return { data: result, width, height, channels: 4 }
}

/** Puts a translucent colour behind an image. */
export function underlay(image: Pixels, [red, green, blue, opacity]: Rgba): Pixels {
  const pixels = withAlpha(image)
  const { data } = pixels
  for (let at = 0; at < data.length; at += 4) {
    const above = (data[at + 3] ?? 0) / 255
    if (above === 1) continue
    const below = (opacity / 255) * (1 - above)
    const alpha = above + below
    const mix = (top: number, bottom: number) =>
      alpha === 0 ? 0 : Math.round((top * above + bottom * below) / alpha)
    data[at] = mix(data[at] ?? 0, red)
    data[at + 1] = mix(data[at + 1] ?? 0, green)
    data[at + 2] = mix(data[at + 2] ?? 0, blue)
    data[at + 3] = Math.round(alpha * 255)
  }
  return pixels
}

/** Replaces a part of an image by another one. Nothing shows through transparent pixels. */
export function placeOn(base: Pixels, image: Pixels, left: number, top: number): Pixels {
  const isEqual = base.channels === image.channels
  const [below, above] = isEqual ? [base, image] : [withAlpha(base), withAlpha(image)]
  const { channels } = below
  for (let row = 0; row < above.height; row += 1) {
    const from = row * above.width * channels
    const to = ((top + row) * below.width + left) * channels
    above.data.copy(below.data, to, from, from + above.width * channels)
  }
  return below
}

/** Multiplies the opacity of pixels with four channels. */
export function fade({ data }: Pixels, opacity: number): void {
  if (opacity === 1) return
  for (let at = 3; at < data.length; at += 4) data[at] = Math.round((data[at] ?? 0) * opacity)
}
