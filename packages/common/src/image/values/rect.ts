import { type Range, parseDecimals } from './decimal.ts'
import type { Region, Size } from './size.ts'

/** A rectangle of the displayed original: in px, or in fractions of its sides. */
export type Rect = Region & { readonly unit: 'px' | 'fraction' }

const pixels: Range = { min: 0, max: 65_500 }
const fractions: Range = { min: 0, max: 1 }

/** Parses `left,top,width,height`: whole pixels, or four fractions that each have a decimal point. */
export function parseRect(text: string): Rect | undefined {
  const points = text.split(',').filter((part) => part.includes('.')).length
  if (points !== 0 && points !== 4) return undefined
  const isFraction = points === 4
  const [left = 0, top = 0, width = 0, height = 0] =
    parseDecimals(text, 4, isFraction ? fractions : pixels) ?? []
  if (width === 0 || height === 0 || (isFraction && (left === 1 || top === 1))) return undefined
  return { unit: isFraction ? 'fraction' : 'px', left, top, width, height }
}

/** Writes whole fractions with a decimal point, which tells them from pixels. */
export function formatRect({ unit, left, top, width, height }: Rect): string {
  return [left, top, width, height]
    .map((value) => (unit === 'fraction' && Number.isInteger(value) ? `${value}.0` : String(value)))
    .join(',')
}

/** Returns the region of an image that the rectangle covers; undefined if they do not overlap. */
export function regionOf(rect: Rect, { width, height }: Size): Region | undefined {
  const isFraction = rect.unit === 'fraction'
  const [across, down] = isFraction ? [width, height] : [1, 1]
  const left = Math.min(Math.round(rect.left * across), isFraction ? width - 1 : Infinity)
  const top = Math.min(Math.round(rect.top * down), isFraction ? height - 1 : Infinity)
  if (left >= width || top >= height) return undefined
  const right = Math.round((rect.left + rect.width) * across)
  const bottom = Math.round((rect.top + rect.height) * down)
  return {
    left,
    top,
    width: Math.max(1, Math.min(right, width) - left),
    height: Math.max(1, Math.min(bottom, height) - top),
  }
}
