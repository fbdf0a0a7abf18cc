import { fractal, mix, noise, noiseWithSlope, smoothstep } from './noise.mjs'

const sample = new Float64Array(3)

/** Octaves that are the lower the steeper the ground already is: slopes wear smooth and crests stay rough. */
function worn(x, y, octaves) {
  let sum = 0
  let height = 0.5
  let slopeX = 0
  let slopeY = 0
  for (let octave = 0; octave < octaves; octave += 1) {
    noiseWithSlope(x, y, sample)
    slopeX += sample[1]
    slopeY += sample[2]
    sum += (height * sample[0]) / (1 + slopeX * slopeX + slopeY * slopeY)
    height /= 2
    const turned = 1.6 * x - 1.2 * y
    y = 1.2 * x + 1.6 * y
    x = turned
  }
  return sum
}

/** Sharp crests, 0 to 1. */
function crests(x, y, octaves) {
  let sum = 0
  let height = 0.5
  let weight = 1
  for (let octave = 0; octave < octaves; octave += 1) {
    const crest = 1 - Math.abs(2 * noise(x, y) - 1)
    const value = crest * crest * weight
    weight = Math.min(1, value * 1.8)
    sum += height * value
    height /= 2
    const turned = 1.6 * x - 1.2 * y + 3.7
    y = 1.2 * x + 1.6 * y + 9.2
    x = turned
  }
  return sum
}

/** How far the ground is from the water, below 0 on the lake. */
export function shore(x, z) {
  const bend = 0.12 * Math.sin(z * 1.4) + 0.35 * (noise(z * 0.9 + 4.2, 7.7) - 0.5)
  const side = Math.abs(x - bend - 0.1 * z) - (0.75 + 0.2 * z - 0.035 * z * z)
  const end = z - 4.3 - 0.5 * noise(x * 1.3 + 9, 2.5)
  return Math.max(side, end) + 0.16 * (fractal(x * 3 + 5, z * 3, 4) - 0.5)
}

/** Height of the ground over the lake. `octaves`: how much detail. */
export function ground(x, z, octaves) {
  const away = shore(x, z)
  if (away < -0.05) return -0.05
  const bearing = x / (z + 0.5)
  const rise = smoothstep(0, 1.6, away)
  const hills = rise * (0.12 + 0.75 * worn(x * 0.55 + 31.4, z * 0.55 + 2.2, octaves))
  const gap = mix(0.16, 1, smoothstep(0.02, 0.26, Math.abs(bearing - 0.185)))
  const chain = smoothstep(5, 10, z) * (1 - 0.55 * smoothstep(15, 21, z)) * gap
  const left = 1 + 0.45 * smoothstep(0.14, 0, Math.abs(bearing + 0.2))
  const peaks = chain * left * 2.7 * crests(x * 0.15 + 12.6, z * 0.15 + 4.4, octaves)
  const relief = chain * 0.7 * worn(x * 0.4 + 3.3, z * 0.4 + 8.8, octaves)
  const range = smoothstep(20, 34, z) * 3.1 * crests(x * 0.055 + 2.7, z * 0.055 + 1.3, octaves)
  return Math.min(away * 0.35, 0.03) + hills * 0.55 + peaks + relief + range
}

/** How thick the forest is, 0 to 1. */
export function forest(x, z, y, slope) {
  const patches = fractal(x * 2.2, z * 2.2, 4)
  return (
    smoothstep(0.004, 0.02, y) *
    (1 - smoothstep(0.55, 0.95, y + 0.5 * (patches - 0.5))) *
    (1 - smoothstep(0.7, 1.3, slope)) *
    smoothstep(0.22, 0.4, patches)
  )
}

/** Tops of trees: a height of up to 1 above the ground, as rough as a wood seen from its side. */
export function crowns(x, z) {
  const cell = noise(x * 95, z * 95)
  const fine = noise(x * 240 + 3, z * 240)
  return cell * cell * 0.75 + 0.25 * fine
}
