import { type Size, type Variant, toRgba } from '@iaas/common/image'
import sharp, { type CreateText } from 'sharp'
import { type Pixels, readPixels } from '../encoding/pixels.ts'
import { fade } from './channels.ts'
import { type Layer, place } from './layer.ts'
import { type Font, builtInFont } from './load-font.ts'

type TextOptions = Pick<Variant, 'textSize' | 'textColor' | 'textGravity' | 'textBackground'> & {
  readonly text: string
  /** By default the font that comes with the service. */
  readonly font?: Font | undefined
}

/** Size of a text without a size, as a share of the shorter side. */
const usualShare = 0.1
const leastSize = 1
/** Space to the edges of the image, and around the text in its box, as a share of its size. */
const margins = { edge: 0.5, box: 0.4 } as const
/** Size at which a text is measured, px: its lines break as at any other, and its pixels are few. */
const measuredSize = 16
/** Measured texts are a little smaller or larger than drawn ones. */
const tolerance = 1.02
/** Halvings of the range of sizes, which leave it 3 %. */
const halvings = 8

/** Estimates the memory of a text on a rendition of this size, bytes. */
export function estimateText({ width, height }: Size): number {
  return 32 * 2 ** 20 + width * height * 24
}

/** Draws a text, smaller than asked for if it does not fit. Returns undefined if nothing of it can be seen. */
export async function drawText(options: TextOptions, size: Size): Promise<Layer | undefined> {
  const wanted = options.textSize ?? Math.min(size.width, size.height) * usualShare
  const fitting = await fitText(options, Math.max(leastSize, wanted), size)
  if (fitting === undefined) return undefined
  const drawn = await drawLines(options, fitting.size, fitting.room.width)
  if (drawn === undefined) return undefined
  const ink = await cut(drawn, fitting.room)
  fade(ink, toRgba(options.textColor)[3] / 255)
  const pixels = await putIntoBox(ink, options, fitting.size, size)
  const edge = Math.round(fitting.size * margins.edge)
  const { x, y } = options.textGravity
  return {
    pixels,
    left: place(size.width, pixels.width, edge, x),
    top: place(size.height, pixels.height, edge, y),
    isTiled: false,
  }
}

type Fitting = { readonly size: number; readonly room: Size }

/** Finds the largest size, up to the one that is wanted, at which all lines are within the image. */
async function fitText(
  options: TextOptions,
  wanted: number,
  image: Size,
): Promise<Fitting | undefined> {
  /** Returns undefined if nothing can be seen. */
  const isFitting = async (size: number): Promise<boolean | undefined> => {
    const room = roomFor(options, size, image)
    const lines = await measureLines(options, size, room.width)
    return lines && lines.width <= room.width && lines.height <= room.height
  }
  const isWantedFitting = await isFitting(wanted)
  if (isWantedFitting === undefined) return undefined
  let [least, most] = isWantedFitting ? [wanted, wanted] : [leastSize, wanted]
  for (let left = isWantedFitting ? 0 : halvings; left > 0; left -= 1) {
    const middle = Math.sqrt(least * most)
    if (await isFitting(middle)) least = middle
    else most = middle
  }
  return { size: least, room: roomFor(options, least, image) }
}

function roomFor({ textBackground }: TextOptions, size: number, image: Size): Size {
  const share = margins.edge + (textBackground === undefined ? 0 : margins.box)
  const space = 2 * Math.round(size * share)
  return { width: Math.max(1, image.width - space), height: Math.max(1, image.height - space) }
}

async function measureLines(
  options: TextOptions,
  size: number,
  width: number,
): Promise<Size | undefined> {
  const scale = Math.min(1, measuredSize / size)
  const lines = await drawLines(options, size * scale, width * scale)
  const factor = scale === 1 ? 1 : tolerance / scale
  return lines && { width: lines.width * factor, height: lines.height * factor }
}

/** Draws the lines in their smallest rectangle. Returns undefined if there are none that can be seen. */
async function drawLines(
  { text, textColor, textGravity, font = builtInFont() }: TextOptions,
  size: number,
  width: number,
): Promise<Pixels | undefined> {
  const colour = toRgba(textColor)
    .slice(0, 3)
    .map((byte) => byte.toString(16).padStart(2, '0'))
  const { x } = textGravity
  const options: CreateText = {
    text: `<span foreground="#${colour.join('')}">${escapeMarkup(text)}</span>`,
    font: `${font.font} ${Math.round(size * 100) / 100}`,
    fontfile: font.fontfile,
    width: Math.max(1, Math.round(width)),
    align: x === 0.5 ? 'centre' : x < 0.5 ? 'left' : 'right',
    dpi: 72,
    rgba: true,
    wrap: 'word-char',
  }
  try {
    return await readPixels(sharp({ text: options }), false)
  } catch (error) {
    if (error instanceof Error && /no text to render/.test(error.message)) return undefined
    throw error
  }
}

/** The text of sharp is always markup of Pango. */
function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Cuts off what does not fit in spite of the measurements. */
async function cut(pixels: Pixels, room: Size): Promise<Pixels> {
  const width = Math.min(pixels.width, room.width)
  const height = Math.min(pixels.height, room.height)
  if (width === pixels.width && height === pixels.height) return pixels
  const { data, channels } = pixels
  const image = sharp(data, { raw: { width: pixels.width, height: pixels.height, channels } })
  return readPixels(image.extract({ left: 0, top: 0, width, height }), false)
}

async function putIntoBox(
  ink: Pixels,
  { textBackground }: TextOptions,
  size: number,
  image: Size,
): Promise<Pixels> {
  if (textBackground === undefined) return ink
  const space = Math.round(size * margins.box)
  const width = Math.min(image.width, ink.width + 2 * space)
  const height = Math.min(image.height, ink.height + 2 * space)
  const [r, g, b, alpha] = toRgba(textBackground)
  const background = { r, g, b, alpha: alpha / 255 }
  const box = sharp({ create: { width, height, channels: 4, background } })
  const raw = { width: ink.width, height: ink.height, channels: ink.channels }
  const left = Math.floor((width - ink.width) / 2)
  const top = Math.floor((height - ink.height) / 2)
  return readPixels(box.composite([{ input: ink.data, raw, left, top }]), false)
}
