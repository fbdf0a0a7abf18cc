import { parseDecimal, parseWhole } from './decimal.ts'
import { type Point, center, formatGravity, parseGravity } from './gravity.ts'

/** A watermark as an address names it. What is absent is as configured. */
export type NamedWatermark = {
  readonly name: string
  readonly gravity?: Point
  /** 0 to 1. */
  readonly opacity?: number
  /** Share of the width and the height of the image that the watermark fits into, 0.01 to 1. */
  readonly scale?: number
}

/** A watermark as a variant has it: everything that decides its pixels. */
export type PlacedWatermark = {
  /** Digest of the bytes of its image. */
  readonly overlay: OverlayDigest
  readonly gravity: Point
  readonly opacity: number
  readonly scale: number
  /** Space to the edge of the image, and between repetitions, px. */
  readonly margin: number
  readonly repeat: boolean
}

/** The first 32 hexadecimal digits of SHA-256. */
export type OverlayDigest = string & { readonly __brand: 'OverlayDigest' }

export type Watermark = NamedWatermark | PlacedWatermark

export const watermarkName = /^[a-z0-9-]{1,32}$/

const opacities = { min: 0, max: 1 }
const shares = { min: 0.01, max: 1 }
const margins = { min: 0, max: 65_500 }
/** Begins the text of a placed watermark. No name contains it. */
const placedSign = '~'

export function parseWatermark(text: string): Watermark | undefined {
  return text.startsWith(placedSign) ? parsePlaced(text) : parseNamed(text)
}

export function formatWatermark(watermark: Watermark): string {
  if (!isPlaced(watermark)) {
    const { name, gravity, opacity, scale } = watermark
    const parts = [name, gravity && formatGravity(gravity), opacity, scale]
    return parts.filter((part) => part !== undefined).join(',')
  }
  const { overlay, gravity, opacity, scale, margin, repeat } = watermark
  const parts = [formatGravity(gravity), opacity, scale, margin, repeat ? 'repeat' : 'once']
  return [`${placedSign}${overlay}`, ...parts].join(',')
}

export function isPlaced(watermark: Watermark): watermark is PlacedWatermark {
  return 'overlay' in watermark
}

/** Multiplies the margin by the scale of the address. */
export function scaleWatermark(watermark: Watermark, scale: number): Watermark {
  return isPlaced(watermark) ? { ...watermark, margin: watermark.margin * scale } : watermark
}

/**
 * Combines what an address says with what is configured. Returns undefined for a watermark that cannot be seen. A
 * repeated watermark covers the image from its first corner, wherever its gravity is.
 */
export function placeWatermark(
  { gravity, opacity, scale }: Omit<NamedWatermark, 'name'>,
  configured: PlacedWatermark,
): PlacedWatermark | undefined {
  const shown = opacity ?? configured.opacity
  if (shown === 0) return undefined
  return {
    ...configured,
    opacity: shown,
    scale: scale ?? configured.scale,
    gravity: configured.repeat ? center : (gravity ?? configured.gravity),
  }
}

function parseNamed(text: string): NamedWatermark | undefined {
  const [name = '', ...parts] = text.split(',')
  if (!watermarkName.test(name)) return undefined
  if (parts.length === 0) return { name }
  const { gravity, rest } = takeGravity(parts)
  const [opacityText, scaleText, ...others] = rest
  if (gravity === undefined || others.length > 0) return undefined
  if (opacityText === undefined) return { name, gravity }
  const opacity = parseDecimal(opacityText, opacities)
  if (opacity === undefined) return undefined
  if (scaleText === undefined) return { name, gravity, opacity }
  const scale = parseDecimal(scaleText, shares)
  return scale === undefined ? undefined : { name, gravity, opacity, scale }
}

function parsePlaced(text: string): PlacedWatermark | undefined {
  const [overlay = '', ...parts] = text.slice(placedSign.length).split(',')
  const { gravity, rest } = takeGravity(parts)
  const [opacityText = '', scaleText = '', marginText = '', repeat = ''] = rest
  const opacity = parseDecimal(opacityText, opacities)
  const scale = parseDecimal(scaleText, shares)
  const margin = parseWhole(marginText, margins)
  if (gravity === undefined || opacity === undefined) return undefined
  if (scale === undefined || margin === undefined || !/^[\da-f]{32}$/.test(overlay))
    return undefined
  const isRepeated = repeat === 'repeat'
  const digest = overlay as OverlayDigest
  const placed = { overlay: digest, gravity, opacity, scale, margin, repeat: isRepeated }
  return formatWatermark(placed) === text ? placed : undefined
}

/** Reads a name of the compass, or two fractions, from the front of a list. */
function takeGravity(parts: readonly string[]) {
  const count = /^[\d.]/.test(parts[0] ?? '') ? 2 : 1
  const gravity = parseGravity(parts.slice(0, count).join(','))
  const rest = parts.slice(count)
  return { gravity: typeof gravity === 'object' ? gravity : undefined, rest }
}
