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
export async function drawView(original, { rect, trim, rotate = 0, flip }) {
  let view = original
  if (rect !== undefined) view = await read(open(view).extract(within(toPixels(rect, view), view)))
  if (trim !== undefined) view = await read(open(view).trim({ threshold: trim }))
  return { ...(await turn(view, { rotate, flip })), rotate, flip }
}

/** Rotates an image clockwise, then mirrors it. */
async function turn(image, { rotate, flip }) {
  const rotated = rotate === 0 ? image : await read(open(image).rotate(rotate))
  const [isUpsideDown, isReversed] = mirroring(flip)
  if (!isUpsideDown && !isReversed) return rotated
  return read(open(rotated).flip(isUpsideDown).flop(isReversed))
}

async function turnBack(image, { rotate, flip }) {
  const mirrored = await turn(image, { rotate: 0, flip })
  return turn(mirrored, { rotate: (360 - rotate) % 360 })
}

function mirroring(flip) {
  return [flip === 'vertical' || flip === 'both', flip === 'horizontal' || flip === 'both']
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
  const scaleInto = (image, inside) =>
    scale(image, { ...sides, fit: inside, withoutEnlargement: !enlarge })
  if (fit === 'clip') return scaleInto(view, 'inside')
  if (fit === 'cover') return scaleInto(view, 'outside')
  // Blended before it is scaled, as in one pipeline of sharp: edges of transparent lines ring otherwise.
  if (fit === 'canvas') {
    const { rotate, flip } = view
    const blended = { ...(await read(onWhite(view))), rotate, flip }
    return placeOn(box, await scaleInto(blended, 'inside'), point)
  }
  const growth = Math.max(box.width / view.width, box.height / view.height)
  const largest = {
    width: Math.round(box.width / growth),
    height: Math.round(box.height / growth),
  }
  if (!enlarge && growth > 1) return read(cut(view, largest, point))
  if (isCutFirst)
    return read(open(await read(cut(view, largest, point))).resize({ ...box, fit: 'fill' }))
  return read(cut(await scaleInto(view, 'outside'), box, point))
}

/**
 * Scales an image to the size that sharp gives it in a box. Two properties of the scaler of sharp are left out:
 *
 * - It scales by the ratio of the box before rounding: of an image of 45 rows that is halved, row 23 shows half a row
 *   beyond the last one. Here the scaled image shows all of the image and no more.
 * - It averages pairs of pixels from the left and from the top first, so a last odd one has another weight. An image that
 *   is turned and then scaled is not one that is scaled and then turned. Here a turned image is scaled as it is stored.
 */
async function scale(image, options) {
  const { width, height } = await read(open(image).resize(options))
  const isAcross = image.rotate === 90 || image.rotate === 270
  const size = isAcross ? { width: height, height: width } : { width, height }
  const stored = await turnBack(image, image)
  return turn(await read(open(stored).resize({ ...size, fit: 'fill' })), image)
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
