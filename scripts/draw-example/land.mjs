import { fractal, mix, noise, smoothstep } from './noise.mjs'
import { clearSky } from './sky.mjs'
import { crowns, forest, ground } from './terrain.mjs'

const nearest = 0.5
const farthest = 70

/** Draws the land over what is in `pixels`: column by column, from the near to the far, each step above the last. */
export function drawLand(scene, pixels) {
  const shadows = castShadows(scene)
  for (let column = 0; column < scene.width; column += 1) drawColumn(scene, pixels, column, shadows)
}

function drawColumn(scene, pixels, column, shadows) {
  const { width, horizon, focal, eye } = scene
  const bearing = (column + 0.5 - width / 2) / focal
  const colour = [0, 0, 0]
  let top = Math.ceil(horizon)
  for (let z = nearest; z < farthest; z += Math.max(0.003, z * 0.0011)) {
    const x = bearing * z
    const height = surface(x, z)
    if (height <= 0) continue
    const row = Math.max(0, Math.ceil(horizon - (focal * (height - eye)) / z))
    if (row >= top) continue
    shade(scene, x, height, z, shadows, colour)
    for (let line = row; line < top; line += 1) {
      pixels.set(colour, (line * width + column) * 3)
    }
    top = row
  }
}

/** The ground and, where trees can be told apart, their tops. */
function surface(x, z) {
  const y = ground(x, z, z < 6 ? 10 : 11)
  if (y <= 0 || z > 9) return y
  const wood = forest(x, z, y, 0.3)
  return wood < 0.05 ? y : y + 0.03 * wood * crowns(x, z)
}

function shade(scene, x, y, z, shadows, out) {
  const step = Math.max(0.006, z * 0.0016)
  const here = ground(x, z, 11)
  const slopeX = (ground(x + step, z, 11) - here) / step
  const slopeZ = (ground(x, z + step, 11) - here) / step
  const length = Math.hypot(slopeX, 1, slopeZ)
  const [sunX, sunY, sunZ] = scene.sun
  const facing = Math.max(0, (-slopeX * sunX + sunY - slopeZ * sunZ) / length)
  const sunlight = facing * shadows(x, z)
  const openness = 0.35 + 0.65 / length
  const side = 0.5 - (0.5 * slopeX) / length
  const ground3 = material(x, z, y, Math.hypot(slopeX, slopeZ))
  for (let channel = 0; channel < 3; channel += 1) {
    const light =
      sunColour[channel] * sunlight +
      skyColour[channel] * openness +
      warmSide[channel] * (1 - side) * 0.5
    out[channel] = ground3[channel] * light
  }
  addHaze(scene, x, y, z, out)
}

const sunColour = [5.2, 2.7, 1.1]
const skyColour = [0.3, 0.35, 0.5]
const warmSide = [0.24, 0.13, 0.08]
const rock = [0.17, 0.145, 0.13]
const paleRock = [0.27, 0.235, 0.21]
const grass = [0.1, 0.1, 0.035]
const wood = [0.018, 0.033, 0.02]
const snow = [0.85, 0.88, 0.95]

function material(x, z, y, slope) {
  const grain = fractal(x * 6, z * 6, 5)
  const strata = noise(y * 22 + grain * 3, x * 0.6)
  const trees = forest(x, z, y, slope)
  const bush = 0.55 + 0.9 * noise(x * 160, z * 160)
  const meadow = (1 - smoothstep(0.35, 1, y)) * (1 - smoothstep(0.5, 1, slope))
  const line = 1.15 + 0.9 * (grain - 0.5)
  const white = smoothstep(line, line + 0.35, y) * (1 - smoothstep(0.85, 1.7, slope))
  return rock.map((_, channel) => {
    const bare = mix(rock[channel], paleRock[channel], strata)
    const green = mix(bare, grass[channel] * (0.6 + 0.8 * grain), meadow)
    const wooded = mix(green, wood[channel] * bush, trees)
    return mix(wooded, snow[channel], white)
  })
}

const horizonLight = [0, 0, 0]

/** Air between: more of it far off and low down, of the colour that the sky has behind it. */
function addHaze(scene, x, y, z, out) {
  const distance = Math.hypot(x, z)
  const lowness = Math.exp(-Math.max(0, y) * 1.15)
  const mist = 0.06 * Math.exp(-Math.max(0, y) * 16) * fractal(x * 1.2, z * 0.8 + y * 9, 4)
  const density = distance * (0.017 + 0.04 * lowness + (z > 2 ? mist * smoothstep(2, 5, z) * 3 : 0))
  const through = Math.exp(-density)
  const length = Math.hypot(x, z * 0.06, z)
  clearSky(scene, x / length, 0.055, z / length, horizonLight)
  const tint = [0.6, 0.66, 0.82]
  for (let channel = 0; channel < 3; channel += 1) {
    const air = horizonLight[channel] * mix(tint[channel], 0.95, 1 - through)
    out[channel] = out[channel] * through + air * (1 - through)
  }
}

/** Where the sun is hidden by the land: a function of the place that gives 1 in the sun and 0 in shadow. */
function castShadows(scene) {
  const [sunX, sunY, sunZ] = scene.sun
  const across = 700
  const along = 700
  const half = 22
  const depth = 46
  const map = new Float32Array(across * along)
  for (let row = 0; row < along; row += 1) {
    for (let column = 0; column < across; column += 1) {
      const x = (column / across - 0.5) * 2 * half
      const z = (row / along) * depth
      const start = ground(x, z, 8) + 0.01
      let light = 1
      for (let way = 0.08; way < 14 && light > 0; way *= 1.17) {
        const over = start + (way * sunY) / sunZ - ground(x + (way * sunX) / sunZ, z + way, 6)
        light = Math.min(light, smoothstep(-0.012, 0.03, over / (0.3 + way * 0.12)))
      }
      map[row * across + column] = light
    }
  }
  return (x, z) => {
    const column = Math.min(across - 2, Math.max(0, (x / (2 * half) + 0.5) * across))
    const row = Math.min(along - 2, Math.max(0, (z / depth) * along))
    const at = Math.floor(row) * across + Math.floor(column)
    const right = column % 1
    const upper = mix(map[at], map[at + 1], right)
    return mix(upper, mix(map[at + across], map[at + across + 1], right), row % 1)
  }
}
