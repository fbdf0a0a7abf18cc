import { type Plan, type Rgba, type Variant, formats, isFill, toRgba } from '@iaas/common/image'
import { type Pixels, openPixels, readPixels } from '../encoding/pixels.ts'
import { placeOn, underlay } from './channels.ts'
import { type Operation, ranks } from './operation.ts'
import { blurReduced } from './effects.ts'

const white: Rgba = [255, 255, 255, 255]
const clear: Rgba = [0, 0, 0, 0]

/** Returns the colour behind the image; transparent for none. */
export function colourBehind({ background, format }: Variant, plan: Plan): Rgba {
  if (background !== undefined && !isFill(background)) return toRgba(background)
  const isFilled = plan.canvas !== undefined && background === undefined
  return isFilled || !formats[format].hasAlpha ? white : clear
}

/** Returns true if bars or padding bring colours or transparency into the image. */
export function fillsWithColour({ background }: Variant, plan: Plan): boolean {
  if (background === undefined) return false
  if (isFill(background)) return plan.canvas !== undefined
  const [red, green, blue, alpha] = toRgba(background)
  return alpha !== 255 || red !== green || red !== blue
}

/** Puts the background behind the image and around it. @param hasAlpha the image may be transparent */
export function frameOperations(
  variant: Variant,
  plan: Plan,
  hasAlpha: boolean,
): readonly Operation[] {
  const { background } = variant
  const colour = colourBehind(variant, plan)
  const behind = hasAlpha ? putBehind(colour) : []
  if (plan.canvas === undefined) return behind
  if (background === 'blur') return [...behind, { change: (pixels) => onBlurred(pixels, plan) }]
  if (background === 'auto') return [...behind, { change: (pixels) => onDominant(pixels, plan) }]
  return [...behind, extendBy(plan, colour)]
}

function putBehind(colour: Rgba): readonly Operation[] {
  const [red, green, blue, alpha] = colour
  if (alpha === 0) return []
  if (alpha < 255) return [{ change: (pixels) => underlay(pixels, colour) }]
  const background = { r: red, g: green, b: blue }
  return [{ rank: ranks.flatten, apply: (image) => image.flatten({ background }) }]
}

function extendBy(plan: Plan, [red, green, blue, alpha]: Rgba): Operation {
  const background = { r: red, g: green, b: blue, alpha: alpha / 255 }
  const sides = marginsOf(plan)
  return { rank: ranks.extend, apply: (image) => image.extend({ ...sides, background }) }
}

function marginsOf({ canvas, crop, scaled }: Plan) {
  const { left, top, width, height } = canvas ?? { left: 0, top: 0, ...scaled }
  const inner = crop ?? scaled
  return { left, top, right: width - inner.width - left, bottom: height - inner.height - top }
}

async function onDominant(pixels: Pixels, plan: Plan): Promise<Pixels> {
  const { dominant } = await openPixels(pixels).toColourspace('srgb').stats()
  const background = { ...dominant, alpha: 1 }
  return readPixels(openPixels(pixels).extend({ ...marginsOf(plan), background }), false)
}

/** Share of the shorter side that the sigma of a blurred background has. */
const blurShare = 0.04

/** Places the image on itself, covering the whole and blurred. */
async function onBlurred(pixels: Pixels, plan: Plan): Promise<Pixels> {
  const { width, height } = plan.result
  const { left, top } = marginsOf(plan)
  const cover = openPixels(pixels)
    .resize({ width, height, fit: 'cover' })
    .flatten({ background: '#fff' })
  const sigma = Math.max(2, Math.min(width, height) * blurShare)
  const blurred = await blurReduced(await readPixels(cover, false), sigma)
  return placeOn(blurred, pixels, left, top)
}
