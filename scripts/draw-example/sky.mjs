import { fractal, mix, smoothstep } from './noise.mjs'

const zenith = [0.02, 0.06, 0.19]
const middle = [0.13, 0.2, 0.4]
const low = [0.95, 0.46, 0.22]
const glow = [1, 0.47, 0.14]

/** Light from the sky without its clouds, in the direction (x, y, z) of length 1; linear, sun included if asked for. */
export function clearSky(scene, x, y, z, out) {
  const [sunX, sunY, sunZ] = scene.sun
  const towards = Math.max(0, x * sunX + y * sunY + z * sunZ)
  const angle = Math.acos(Math.min(1, towards))
  const up = Math.max(0, y)
  const high = smoothstep(0.02, 0.62, up)
  const band = Math.exp(-up * 7.5)
  const wide = Math.exp(-angle * 2.1)
  const near = Math.exp(-angle * 7)
  const close = Math.exp(-angle * 26)
  for (let channel = 0; channel < 3; channel += 1) {
    const base = mix(middle[channel], zenith[channel], high)
    const warm = low[channel] * band * (0.22 + 0.85 * wide)
    const shine = glow[channel] * (0.75 * near + 1.6 * close) + 0.06 * wide * low[channel]
    out[channel] = base * (1 - 0.55 * band) + warm + shine
  }
  return angle
}

/** The whole sky: clouds on a high layer, lit from the side of the sun, and the disc of the sun itself. */
function sky(scene, x, y, z, out) {
  const angle = clearSky(scene, x, y, z, out)
  const disc = 1 - smoothstep(0.0068, 0.0086, angle)
  out[0] += 42 * disc
  out[1] += 30 * disc
  out[2] += 15 * disc
  if (y < 0.012) return
  const reach = 1 / (y + 0.045)
  const u = x * reach
  const v = z * reach
  const density = clouds(u, v, 7)
  if (density <= 0) return
  const [sunX, , sunZ] = scene.sun
  const beyond = clouds(u + sunX * 0.22, v + sunZ * 0.22, 4)
  const lit = Math.exp(-2.6 * beyond) * (0.55 + 0.45 * Math.exp(-density * 1.5))
  const nearness = Math.exp(-angle * 2.3)
  const cover = (1 - Math.exp(-density * 2.6)) * smoothstep(0.02, 0.1, y)
  const light = [0.62 + 2.5 * nearness, 0.27 + 1.22 * nearness, 0.27 + 0.3 * nearness]
  const shade = [0.085 + 0.3 * nearness, 0.1 + 0.1 * nearness, 0.185 + 0.02 * nearness]
  for (let channel = 0; channel < 3; channel += 1) {
    out[channel] = mix(out[channel], mix(shade[channel], light[channel], lit), cover * 0.93)
  }
}

function clouds(u, v, octaves) {
  const bendU = fractal(u * 0.5 + 3.1, v * 0.5, 3)
  const bendV = fractal(u * 0.5, v * 0.5 + 8.4, 3)
  const body = fractal(u * 1.1 + 1.9 * bendU, v * 1.5 + 1.9 * bendV + 2, octaves)
  const banks = fractal(u * 0.16 + 11, v * 0.22 + 5, 3)
  return Math.max(0, body - 0.8 + 0.62 * banks) * 5
}

/** Draws the sky above the horizon. */
export function drawSky(scene, pixels) {
  const { width, horizon, focal } = scene
  const colour = [0, 0, 0]
  for (let row = 0; row < horizon; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const x = (column + 0.5 - width / 2) / focal
      const y = (horizon - row - 0.5) / focal
      const length = Math.hypot(x, y, 1)
      sky(scene, x / length, y / length, 1 / length, colour)
      pixels.set(colour, (row * width + column) * 3)
    }
  }
}
