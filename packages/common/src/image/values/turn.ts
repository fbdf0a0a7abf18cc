export const degrees = [0, 90, 180, 270] as const
/** Clockwise rotation. */
export type Degrees = (typeof degrees)[number]

export const flips = ['none', 'horizontal', 'vertical', 'both'] as const
/** Mirroring after the rotation. */
export type Flip = (typeof flips)[number]

export type Turn = { readonly rotate: Degrees; readonly flip: Flip }

export function parseDegrees(text: string): Degrees | undefined {
  return degrees.find((known) => String(known) === text)
}

/** Adds half a turn. */
function oppositeOf(rotate: Degrees): Degrees {
  return degrees[(degrees.indexOf(rotate) + 2) % 4] ?? 0
}

/**
 * Returns the same turn with at most a horizontal flip: `vertical` is a horizontal flip of the image upside down, and
 * `both` is half a turn.
 */
export function canonicalTurn({ rotate, flip }: Turn): Turn {
  switch (flip) {
    case 'none':
    case 'horizontal':
      return { rotate, flip }
    case 'vertical':
      return { rotate: oppositeOf(rotate), flip: 'horizontal' }
    case 'both':
      return { rotate: oppositeOf(rotate), flip: 'none' }
  }
}
