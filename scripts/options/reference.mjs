// Draws what an address should show, by plain calls of sharp, one after the other and on all pixels of the original.
import sharp from 'sharp'
import { toPixels } from './cases.mjs'

const white = '#fff'
const center = [0.5, 0.5]

/** Decodes an original as it is displayed, with all its pixels. */
export function readOriginal(path) {
  return read(sharp(path, { failOn: 'error' }).autoOrient().toColourspace('srgb'))
}

/** Cuts and turns an image. */
export async function drawView(original, { rect, trim, rotate, flip }) {
  let view = original
  if (rect !== undefined) view = await read(open(view).extract(within(toPixels(rect, view), view)))
  if (trim !== undefined) view = await read(open(view).trim({ threshold: trim }))
  if (rotate !== undefined) view = await read(open(view).rotate(rotate))
  if (flip === 'vertical' || flip === 'both') view = await read(open(view).flip())
  if (flip === 'horizontal' || flip === 'both') view = await read(open(view).flop())
  return view
}

/** Brings an image into a box and adds the padding. */
export async function drawResult(view, box, { padding, point = center, ...options }) {
  const fitted = await drawFitted(view, box, { ...options, point })
  if (padding === undefined) return fitted
  return read(onWhite(fitted).extend({ ...padding, background: white }))
}

/** Returns an image as luma on white, a byte a pixel. */
export async function readLuma(image) {
  const { data, width, height, channels } = await read(
    image.flatten({ background: white }).toColourspace('srgb'),
  )
  const [green, blue] = channels < 3 ? [0, 0] : [1, 2]
  return Float32Array.from({ length: width * height }, (_, pixel) => {
    const at = pixel * channels
    return 0.299 * data[at] + 0.587 * data[at + green] + 0.114 * data[at + blue]
  })
}

export function open({ data, width, height, channels }) {
  return sharp(data, { raw: { width, height, channels } })
}

async function drawFitted(view, box, { fit = 'clip', point, enlarge = true, isCutFirst = false }) {
  const sides = { width: box.width || undefined, height: box.height || undefined }
  const resize = (inside) =>
    read(open(view).resize({ ...sides, fit: inside, withoutEnlargement: !enlarge }))
  if (fit === 'clip') return resize('inside')
  if (fit === 'cover') return resize('outside')
  if (fit === 'canvas') return placeOn(box, await resize('inside'), point)
  const growth = Math.max(box.width / view.width, box.height / view.height)
  const largest = {
    width: Math.round(box.width / growth),
    height: Math.round(box.height / growth),
  }
  if (!enlarge && growth > 1) return read(cut(view, largest, point))
  if (isCutFirst)
    return read(open(await read(cut(view, largest, point))).resize({ ...box, fit: 'fill' }))
  return read(cut(await resize('outside'), box, point))
}

/** Cuts out a part around a point. */
function cut(image, kept, [x, y]) {
  const left = startAround(x, image.width, kept.width)
  const top = startAround(y, image.height, kept.height)
  return open(image).extract({ left, top, ...kept })
}

function startAround(fraction, length, kept) {
  return Math.floor(Math.min(Math.max(0, fraction * length - kept / 2), length - kept))
}

function placeOn(box, image, [x, y]) {
  const [across, down] = [box.width - image.width, box.height - image.height]
  const [left, top] = [Math.floor(across * x), Math.floor(down * y)]
  const sides = { left, top, right: across - left, bottom: down - top }
  return read(onWhite(image).extend({ ...sides, background: white }))
}

function onWhite(image) {
  return open(image).flatten({ background: white })
}

function within({ left, top, width, height }, image) {
  return {
    left,
    top,
    width: Math.min(width, image.width - left),
    height: Math.min(height, image.height - top),
  }
}

/** Returns the pixels of an image. */
export async function read(image) {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  return { data, width, height, channels }
}
