import type { Region, Size } from '@iaas/common/image'
import type { Sharp } from 'sharp'
import { type Pixels, openPixels, readPixels } from './encoding/pixels.ts'

/** Number of pixels outside a border that the interpolation reads. */
const margin = 2
/** Maximum enlargement per pass. The margin grows with the image, so tiny images are enlarged in several passes. */
const mostPerPass = 16
/** Makes sharp weight colours by their alpha while it interpolates. */
const identity = { width: 3, height: 3, kernel: [0, 0, 0, 0, 1, 0, 0, 0, 0] }

export type Enlargement = {
  /** Size of the image, px. */
  readonly from: Size
  readonly to: Size
  /** Region of the result that is kept. */
  readonly cut: Region
  /** True if the image has neither colours nor alpha. */
  readonly isGrey: boolean
}

/**
 * Enlarges an image bicubically, aligned at the centres of pixels. sharp's `resize` shifts it by half a pixel of the
 * result.
 */
export async function enlarge(
  image: Sharp,
  { from, to, cut, isGrey }: Enlargement,
): Promise<Sharp> {
  const next = {
    width: Math.min(to.width, from.width * mostPerPass),
    height: Math.min(to.height, from.height * mostPerPass),
  }
  const isLast = next.width === to.width && next.height === to.height
  if (isLast) return enlargeOnce(image, { from, to, cut, isGrey })
  const whole = { left: 0, top: 0, ...next }
  const first = await enlargeOnce(image, { from, to: next, cut: whole, isGrey })
  return enlarge(first, { from: next, to, cut, isGrey })
}

async function enlargeOnce(image: Sharp, { from, to, cut, isGrey }: Enlargement): Promise<Sharp> {
  const sides = { left: margin, right: margin, top: margin, bottom: margin }
  const padded = await readPixels(image.extend({ ...sides, extendWith: 'copy' }), isGrey)
  const across = placeAlong(from.width, to.width, cut.left, cut.width)
  const down = placeAlong(from.height, to.height, cut.top, cut.height)
  const { left, top } = { left: across.first, top: down.first }
  const window = { left, top, width: across.count, height: down.count }
  const placed = weightByAlpha(openPixels(padded).extract(window), padded).affine(
    [
      [across.scale, 0],
      [0, down.scale],
    ],
    { interpolator: 'bicubic', odx: across.shift, ody: down.shift },
  )
  const enlarged = openPixels(await readPixels(placed, isGrey))
  const { width, height } = cut
  return enlarged.extract({ left: across.start, top: down.start, width, height })
}

/**
 * Plans one axis: the part of the padded image to read, its scale and shift, and the start of the crop in the result,
 * which is a whole pixel.
 */
function placeAlong(from: number, to: number, cutStart: number, cutLength: number) {
  const scale = to / from
  const first = Math.floor(cutStart / scale)
  const left = from + 2 * margin - first
  const count = Math.min(left, Math.ceil(cutLength / scale) + 2 * margin + 1)
  const offset = (margin - first) * scale + cutStart
  const start = Math.floor(offset)
  return { scale, first, count, start, shift: (scale - 1) / 2 + start - offset }
}

function weightByAlpha(image: Sharp, { channels }: Pixels): Sharp {
  return channels === 4 ? image.convolve(identity) : image
}
