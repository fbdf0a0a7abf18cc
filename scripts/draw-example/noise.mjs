/** Random numbers and noise that are the same on every run. */

/** A generator of numbers from 0 to 1 (mulberry32). */
export function createRandom(seed) {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const latticeSize = 512
const lattice = createLattice()

function createLattice() {
  const random = createRandom(20_240_607)
  return Float32Array.from({ length: latticeSize * latticeSize }, random)
}

/** Value noise from 0 to 1 with its slopes, written into `out` as [value, slope in x, slope in y]. */
export function noiseWithSlope(x, y, out) {
  const column = Math.floor(x)
  const row = Math.floor(y)
  const fx = x - column
  const fy = y - row
  const ux = fx * fx * fx * (fx * (fx * 6 - 15) + 10)
  const uy = fy * fy * fy * (fy * (fy * 6 - 15) + 10)
  const left = column & (latticeSize - 1)
  const right = (column + 1) & (latticeSize - 1)
  const top = (row & (latticeSize - 1)) * latticeSize
  const bottom = ((row + 1) & (latticeSize - 1)) * latticeSize
  const a = lattice[top + left]
  const b = lattice[top + right] - a
  const c = lattice[bottom + left] - a
  const d = lattice[bottom + right] - a - b - c
  out[0] = a + b * ux + c * uy + d * ux * uy
  out[1] = 30 * fx * fx * (fx * (fx - 2) + 1) * (b + d * uy)
  out[2] = 30 * fy * fy * (fy * (fy - 2) + 1) * (c + d * ux)
}

const scratch = new Float64Array(3)

/** Value noise from 0 to 1. */
export function noise(x, y) {
  noiseWithSlope(x, y, scratch)
  return scratch[0]
}

/** Octaves of noise, each of half the height and twice as fine as the one before, turned against it; about 0 to 1. */
export function fractal(x, y, octaves) {
  let sum = 0
  let height = 0.5
  for (let octave = 0; octave < octaves; octave += 1) {
    sum += height * noise(x, y)
    height /= 2
    const turned = 1.6 * x - 1.2 * y + 17.3
    y = 1.2 * x + 1.6 * y + 5.1
    x = turned
  }
  return sum
}

/** 0 below `from`, 1 above `to`, smooth between. */
export function smoothstep(from, to, value) {
  const share = Math.min(1, Math.max(0, (value - from) / (to - from)))
  return share * share * (3 - 2 * share)
}

export function mix(from, to, share) {
  return from + (to - from) * share
}
