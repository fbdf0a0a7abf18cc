/** `RRGGBB`, `RRGGBBAA` or `transparent`, in lower case. */
export type Colour = string & { readonly __brand: 'Colour' }

export const white = 'ffffff' as Colour
export const transparent = 'transparent' as Colour

/** Red, green, blue and opacity, each 0 to 255. */
export type Rgba = readonly [red: number, green: number, blue: number, alpha: number]

/** Writes an opaque colour with six digits, and every invisible one as `transparent`. */
export function parseColour(text: string): Colour | undefined {
  if (text === transparent) return transparent
  if (!/^(?:[\da-f]{2}){3,4}$/i.test(text)) return undefined
  return formatRgba(toRgba(text.toLowerCase() as Colour))
}

export function toRgba(colour: Colour): Rgba {
  if (colour === transparent) return [0, 0, 0, 0]
  const byteAt = (at: number) => Number.parseInt(colour.slice(at, at + 2), 16)
  return [byteAt(0), byteAt(2), byteAt(4), colour.length === 6 ? 255 : byteAt(6)]
}

/** Inverse of `toRgba`. */
export function formatRgba(rgba: Rgba): Colour {
  const [, , , alpha] = rgba
  if (alpha === 0) return transparent
  const digits = rgba.map((byte) => byte.toString(16).padStart(2, '0'))
  return digits.slice(0, alpha === 255 ? 3 : 4).join('') as Colour
}

/** Returns the opaque colour that a translucent one has on white. */
export function onWhite(colour: Colour): Colour {
  const [red, green, blue, alpha] = toRgba(colour)
  const mix = (byte: number) => Math.round((byte * alpha + 255 * (255 - alpha)) / 255)
  return formatRgba([mix(red), mix(green), mix(blue), 255])
}

/** A colour; `blur`: the image itself, blurred; `auto`: its dominant colour. */
export type Background = Colour | 'blur' | 'auto'

export function parseBackground(text: string): Background | undefined {
  return text === 'blur' || text === 'auto' ? text : parseColour(text)
}

/** Returns true for a background that fills bars and padding only. */
export function isFill(background: Background): background is 'blur' | 'auto' {
  return background === 'blur' || background === 'auto'
}
