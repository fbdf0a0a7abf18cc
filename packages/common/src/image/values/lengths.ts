import { parseDecimals } from './decimal.ts'

/** Lengths at the four sides of an image, px. */
export type Lengths = {
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly left: number
}

export const noLengths: Lengths = { top: 0, right: 0, bottom: 0, left: 0 }

/** Longest length, px: the longest side of any result. */
const longest = 65_500

/** Parses one whole number for all sides, or `top,right,bottom,left`. */
export function parseLengths(text: string): Lengths | undefined {
  if (text.includes('.')) return undefined
  const count = text.includes(',') ? 4 : 1
  const values = parseDecimals(text, count, { min: 0, max: longest })
  if (values === undefined) return undefined
  const [top = 0, right = top, bottom = top, left = top] = values
  return { top, right, bottom, left }
}

export function formatLengths({ top, right, bottom, left }: Lengths): string {
  const isEven = top === right && top === bottom && top === left
  return isEven ? String(top) : [top, right, bottom, left].join(',')
}

export function scaleLengths({ top, right, bottom, left }: Lengths, scale: number): Lengths {
  return { top: top * scale, right: right * scale, bottom: bottom * scale, left: left * scale }
}
