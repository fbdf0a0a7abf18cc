import { createRandom, fractal, mix, noise, smoothstep } from './noise.mjs'
import { shore } from './terrain.mjs'

const samples = 14
const deep = [0.006, 0.015, 0.021]

/** Draws the lake below the horizon: what is above it, mirrored in small waves, and the dark of the water. */
export function drawLake(scene, pixels) {
  const { width, height, horizon, focal, eye } = scene
  const random = createRandom(7)
  const colour = [0, 0, 0]
  for (let row = Math.ceil(horizon); row < height; row += 1) {
    const below = row + 0.5 - horizon
    const z = (focal * eye) / below
    const graze = below / Math.hypot(below, focal)
    const mirror = 0.02 + 0.98 * (1 - graze) ** 5
    for (let column = 0; column < width; column += 1) {
      const x = ((column + 0.5 - width / 2) / focal) * z
      reflect(scene, pixels, { column, below, x, z }, random, colour)
      const at = (row * width + column) * 3
      const mist = 0.1 * smoothstep(0.5, 4, z)
      const isWater = shore(x, z) < 0
      for (let channel = 0; channel < 3; channel += 1) {
        if (!isWater && z < 0.5) colour[channel] *= 0.5
        pixels[at + channel] = mix(deep[channel], colour[channel], mirror) * (1 - mist) + mist * 0.3
      }
    }
  }
}

/** The mean of what the little faces of the waves within one pixel mirror. */
function reflect(scene, pixels, { column, below, x, z }, random, out) {
  const { width, horizon, focal } = scene
  const breeze = smoothstep(0.42, 0.62, fractal(x * 3.5 + 2, z * 5 + 1, 4))
  const roughness = mix(0.0022, 0.009, breeze)
  const swell = near(x, z)
  out.fill(0)
  for (let sample = 0; sample < samples; sample += 1) {
    const tilt = swell + roughness * (random() + random() + random() - 1.5) * 1.6
    const sway = roughness * (random() - 0.5) * 0.9 + swell * 0.25
    const row = Math.floor(horizon - Math.max(1, Math.abs(below + focal * 2 * tilt)))
    const side = Math.round(column + focal * 2 * sway)
    const at = (Math.max(0, row) * width + Math.min(width - 1, Math.max(0, side))) * 3
    for (let channel = 0; channel < 3; channel += 1) {
      out[channel] += Math.min(pixels[at + channel], 9) / samples
    }
  }
}

/** The slope of waves that are near enough to be seen one by one. */
function near(x, z) {
  const metresX = x * 1000
  const metresZ = z * 1000
  const fade = smoothstep(0.7, 0.06, z)
  if (fade === 0) return 0
  const long = noise(metresX * 0.11 + metresZ * 0.03, metresZ * 0.32) - 0.5
  const short = noise(metresX * 0.5, metresZ * 1.1 + 7) - 0.5
  const ripple = noise(metresX * 1.6 - metresZ * 0.4, metresZ * 3.2 + 1) - 0.5
  return fade * (0.02 * long + 0.018 * short + 0.014 * ripple * smoothstep(0.35, 0.05, z))
}
