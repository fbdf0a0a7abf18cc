import { type Colour, type Variant, formatRgba, isFill, toRgba } from '@iaas/common/image'
import sharp, { type Sharp } from 'sharp'
import type { ColourTag } from '../../colour/colour-tag.ts'
import { convertPixels } from '../../colour/convert-pixels.ts'
import { bt709, displayP3 } from '../../colour/primaries.ts'
import { srgbToLight } from '../../colour/transfers.ts'
import { damaged } from '../../formats/damaged.ts'
import { wrapPixels } from '../../formats/tiff/wrap-pixels.ts'
import { openPixels, readPixels } from '../encoding/pixels.ts'

let profile: Promise<Buffer> | undefined

/** Returns the profile of Display P3 that sharp brings along. */
export function makeDisplayP3(): Promise<Buffer> {
  return (profile ??= readDisplayP3())
}

async function readDisplayP3(): Promise<Buffer> {
  const pixel = sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
  const { icc } = await sharp(await pixel.withIccProfile('p3').png().toBuffer()).metadata()
  if (icc === undefined) throw damaged()
  return icc
}

/** sRGB as a source of a conversion. */
const srgb: ColourTag = { primaries: bt709, transfer: { kind: 'standard', toLight: srgbToLight } }
const fromSrgb = { tag: srgb, isLimited: false, isAlphaLimited: false, target: displayP3 } as const

/**
 * Converts an image to Display P3.
 *
 * @param from the profile of its pixels. sharp converts pixels of eight bits to sRGB before anything else, which loses what
 * is outside of it; it gets them with sixteen.
 */
export async function convertToP3(image: Sharp, from: Buffer | 'srgb'): Promise<Sharp> {
  const pixels = await readPixels(image, false)
  const { data, width, height, channels } = pixels
  if (from === 'srgb' || channels < 3) {
    convertPixels({ data, channels }, fromSrgb)
    return openPixels(pixels)
  }
  const wrapped = wrapPixels({ width, height }, channels === 4 ? 4 : 3, from)
  wrapped.pixels.set(data)
  const converted = sharp(wrapped.file, { limitInputPixels: false })
    .pipelineColourspace('rgb16')
    .withIccProfile('p3')
  return openPixels(await readPixels(converted, false))
}

/** Returns the variant with its background in Display P3. */
export function withP3Background(variant: Variant): Variant {
  const { background } = variant
  if (background === undefined || isFill(background)) return variant
  return { ...variant, background: toP3(background) }
}

function toP3(colour: Colour): Colour {
  const [red, green, blue, alpha] = toRgba(colour)
  const data = Uint8Array.from([red, green, blue])
  convertPixels({ data, channels: 3 }, fromSrgb)
  const [r = 0, g = 0, b = 0] = data
  return formatRgba([r, g, b, alpha])
}
