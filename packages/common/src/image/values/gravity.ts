import { parseDecimals } from './decimal.ts'

/** Fractions of the width and the height of an image, 0 to 1. */
export type Point = { readonly x: number; readonly y: number }

/** Names of points that only the original tells: its most striking point, and its focal point. */
const namedPoints = ['smart', 'focal'] as const

/** The part of the image that a crop keeps, or the place of the image on a canvas. */
export type Gravity = Point | (typeof namedPoints)[number]

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
  const named = namedPoints.find((known) => known === text)
  if (named !== undefined) return named
  const name = gravityNames.find((known) => known === text)
  if (name !== undefined) return compass[name]
  return parsePoint(text)
}

/** Parses `X,Y`, two fractions from 0 to 1. */
export function parsePoint(text: string): Point | undefined {
  const [x, y] = parseDecimals(text, 2, { min: 0, max: 1 }) ?? []
  return x === undefined || y === undefined ? undefined : { x, y }
}

/** Formats a point of the compass by its name, so that both spellings are one value. */
export function formatGravity(gravity: Gravity): string {
  if (typeof gravity === 'string') return gravity
  const { x, y } = gravity
  const name = gravityNames.find((known) => compass[known].x === x && compass[known].y === y)
  return name ?? `${x},${y}`
}

/** Returns the point of a gravity; the centre as long as only the original tells the point. */
export function pointOf(gravity: Gravity): Point {
  return typeof gravity === 'string' ? center : gravity
}
