/** Pseudo-random numbers, the same for the same seed. */
export type Random = {
  /** Returns a whole number from 0 up to and without `below`. */
  below(below: number): number
  pick<T>(from: readonly T[]): T
}

/** Creates a random number generator with a seed (mulberry32, of the public domain). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d_2b_79_f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return { below, pick: (from) => from[below(from.length)] as (typeof from)[number] }
}
