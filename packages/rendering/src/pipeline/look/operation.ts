import type { Sharp } from 'sharp'
import { type Pixels, openPixels, readPixels } from '../encoding/pixels.ts'

/**
 * Positions of operations in sharp's pipeline, which has an order of its own. An operation that must come after one
 * with a higher rank needs another pass.
 */
export const ranks = {
  flatten: 1,
  geometry: 2,
  extend: 3,
  blur: 4,
  recomb: 5,
  sharpen: 6,
  linear: 7,
  negate: 8,
} as const

/** A change of an image: an operation of sharp, or one on decoded pixels. */
export type Operation =
  | { readonly rank: number; readonly apply: (image: Sharp) => Sharp }
  | { readonly change: (pixels: Pixels) => Pixels | Promise<Pixels> }

/** A scaled image. */
export type Scaled = {
  readonly image: Sharp
  /** True if the operations cannot follow in the pass that scales the image. */
  readonly isForeign: boolean
  /** True if the image has neither colours nor alpha. */
  readonly isGrey: boolean
}

/** Returns the rank that the first operation must exceed. Flattening before scaling gives the same as after it. */
function firstRank(operations: readonly Operation[], isForeign: boolean): number {
  const [first] = operations
  if (isForeign) return Infinity
  return first !== undefined && 'rank' in first && first.rank === ranks.flatten ? 0 : ranks.geometry
}

/** Returns true if sharp applies these operations in this order in the pass that scales the image. */
export function isOnePass(operations: readonly Operation[], isForeign: boolean): boolean {
  let rank = firstRank(operations, isForeign)
  return operations.every((operation) => {
    const fits = 'rank' in operation && operation.rank > rank
    if (fits) rank = operation.rank
    return fits
  })
}

/** Applies operations in their order, in as few passes as sharp's own order allows. */
export async function applyOperations(
  { image: scaled, isForeign, isGrey }: Scaled,
  operations: readonly Operation[],
): Promise<Sharp> {
  let image = scaled
  let rank = firstRank(operations, isForeign)
  for (const operation of operations) {
    const decode = async () => readPixels(image, isGrey)
    if ('change' in operation) {
      image = openPixels(await operation.change(await decode()))
      rank = 0
    } else {
      if (operation.rank <= rank) image = openPixels(await decode())
      image = operation.apply(image)
      rank = operation.rank
    }
  }
  return image
}
