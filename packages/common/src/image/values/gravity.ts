import { parseDecimals } from './decimal.ts'

/** Fractions of the width and the height of an image, 0 to 1. */
export type Point = { readonly x: number; readonly y: number }

/** The part of the image that a crop keeps, or the place of the image on a canvas. `smart`: the most striking point. */
export type Gravity = Point | 'smart'

const compass = {
  northwest: { x: 0, y: 0 },
  north: { x: 0.5, y: 0 },
  northeast: { x: 1, y: 0 },
  west: { x: 0, y: 0.5 },
  center: { x: 0.5, y: 0.5 },
  east: { x: 1, y: 0.5 },
  southwest: { x: 0, y: 1 },
  south: { x: 0.5, y: 1 },
  southeast: { x: 1, y: 1 },
} as const satisfies Readonly<Record<string, Point>>

export const center: Point = compass.center

export const gravityNames = Object.keys(compass) as readonly (keyof typeof compass)[]

export function parseGravity(text: string): Gravity | undefined {
  if (text === 'smart') return text
  const name = gravityNames.find((known) => known === text)
  if (name !== undefined) return compass[name]
  const [x, y] = parseDecimals(text, 2, { min: 0, max: 1 }) ?? []
  return x === undefined || y === undefined ? undefined : { x, y }
}

/** Formats a point of the compass by its name, so that both spellings are one value. */
export function formatGravity(gravity: Gravity): string {
  if (gravity === 'smart') return gravity
  const { x, y } = gravity
  const name = gravityNames.find((known) => compass[known].x === x && compass[known].y === y)
  return name ?? `${x},${y}`
}

/** Returns the point of a gravity; the centre as long as the most striking point is not known. */
export function pointOf(gravity: Gravity): Point {
  return gravity === 'smart' ? center : gravity
}
