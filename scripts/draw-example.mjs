// Draws assets/example.jpg: a mountain lake at dusk. Everything is computed; the same run gives the same picture.
import sharp from 'sharp'

const width = 2400
const height = 1600
const horizon = 930
const sun = { x: 1530, y: 760 }

/** Value noise on a lattice, smoothed, 0 to 1. */
function noise(x, y, seed) {
  const left = Math.floor(x)
  const top = Math.floor(y)
  const u = smooth(x - left)
  const v = smooth(y - top)
  const upper = mix(lattice(left, top, seed), lattice(left + 1, top, seed), u)
  const lower = mix(lattice(left, top + 1, seed), lattice(left + 1, top + 1, seed), u)
  return mix(upper, lower, v)
}

function lattice(x, y, seed) {
  let hash = Math.imul(x, 374_761_393) + Math.imul(y, 668_265_263) + Math.imul(seed, 2_246_822_519)
  hash = Math.imul(hash ^ (hash >>> 13), 1_274_126_177)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

/** Several octaves of noise on top of each other, 0 to 1. */
function fractal(x, y, seed, octaves) {
  let sum = 0
  let weight = 0.5
  let scale = 1
  for (let octave = 0; octave < octaves; octave += 1) {
    sum += weight * noise(x * scale, y * scale, seed + octave)
    scale *= 2.03
    weight *= 0.5
  }
  return sum / (1 - 0.5 ** octaves)
}

const smooth = (t) => t * t * (3 - 2 * t)
const mix = (one, other, t) => one + (other - one) * t
const mixColour = (one, other, t) => one.map((value, index) => mix(value, other[index], t))
const clamp = (value, low = 0, high = 1) => Math.min(high, Math.max(low, value))

const skyStops = [
  [0, [0.09, 0.14, 0.3]],
  [0.4, [0.28, 0.32, 0.5]],
  [0.68, [0.72, 0.5, 0.5]],
  [0.88, [0.98, 0.68, 0.42]],
  [1, [1, 0.82, 0.58]],
]

function skyGradient(t) {
  const next = skyStops.findIndex(([at]) => at >= t)
  if (next <= 0) return skyStops[0][1]
  const [from, colour] = skyStops[next - 1]
  const [to, other] = skyStops[next]
  return mixColour(colour, other, smooth((t - from) / (to - from)))
}

function sky(x, y) {
  const t = clamp(y / horizon)
  let colour = skyGradient(t)
  const distance = Math.hypot(x - sun.x, (y - sun.y) * 1.25)
  const glow = Math.exp(-distance / 330) * 0.75 + Math.exp(-distance / 1100) * 0.25
  colour = mixColour(colour, [1, 0.86, 0.6], clamp(glow))
  const perspective = 1 + 2.6 * (1 - t)
  const wisps = fractal(
    x / 620 / perspective ** 0.3 + 3,
    (y / 110) * perspective ** -0.6 + 9,
    11,
    6,
  )
  const cover = smooth(clamp((wisps - 0.5) * 3.4)) * clamp(1.15 - Math.abs(t - 0.5) * 1.3)
  const lit = clamp(0.25 + fractal(x / 260, (y + 26) / 60, 17, 4) * 0.9 - 0.25 * (1 - t))
  const cloud = mixColour([0.34, 0.29, 0.42], [1, 0.7, 0.52], clamp(lit * (0.55 + glow)))
  colour = mixColour(colour, cloud, cover * 0.78)
  const disc = smooth(clamp((46 - Math.hypot(x - sun.x, y - sun.y)) / 6))
  return mixColour(colour, [1.25, 1.12, 0.86], disc)
}

/** From the farthest to the nearest: where the ridge stands, how rough it is, its colour before the haze. */
const ridges = [
  { base: 690, rise: 330, scale: 640, seed: 31, rock: [0.35, 0.35, 0.47], haze: 0.66, snow: 0.75 },
  { base: 790, rise: 250, scale: 430, seed: 47, rock: [0.25, 0.26, 0.36], haze: 0.46, snow: 0.25 },
  { base: 870, rise: 170, scale: 330, seed: 59, rock: [0.15, 0.18, 0.23], haze: 0.27, snow: 0 },
  { base: 915, rise: 96, scale: 210, seed: 71, rock: [0.07, 0.1, 0.11], haze: 0.1, snow: 0 },
]

for (const ridge of ridges) {
  ridge.heights = Float64Array.from({ length: width }, (_, x) => {
    const broad = fractal(x / ridge.scale, 0.5, ridge.seed, 2)
    const peaked = 1 - Math.abs(2 * fractal(x / ridge.scale, 4.5, ridge.seed + 5, 7) - 1)
    const fine = fractal(x / 26, 1.5, ridge.seed + 9, 4) - 0.5
    const trees = ridge.haze < 0.3 ? treeLine(x, ridge) : 0
    return (
      ridge.base - ridge.rise * (0.35 * broad + 0.75 * peaked ** 1.6 - 0.25) - fine * 14 - trees
    )
  })
}

/** The tops of conifers along a near ridge. */
function treeLine(x, { seed, haze }) {
  const spacing = haze < 0.2 ? 11 : 6
  let top = 0
  for (let tree = Math.floor(x / spacing) - 2; tree <= x / spacing + 2; tree += 1) {
    const tall = (0.3 + lattice(tree, 1, seed)) * (haze < 0.2 ? 34 : 14)
    const centre = (tree + lattice(tree, 2, seed) * 0.9) * spacing
    const ragged = 0.75 + 0.25 * noise(x / 2.1, tree, seed)
    top = Math.max(top, tall * ragged - Math.abs(x - centre) * (haze < 0.2 ? 4.4 : 3.6))
  }
  return top
}

function land(x, y) {
  for (let index = ridges.length - 1; index >= 0; index -= 1) {
    const ridge = ridges[index]
    const top = ridge.heights[x]
    if (y < top) continue
    return shade(ridge, x, y, top)
  }
  return undefined
}

function shade(ridge, x, y, top) {
  const depth = y - top
  const toSun = Math.sign(sun.x - x)
  const relief = (dx) => fractal((x + dx) / 92 + depth / 210, depth / 118 + 3, ridge.seed + 21, 6)
  const grooves = relief(0)
  const slope = (relief(toSun * 7) - grooves) * 11
  const facing =
    ridge.haze < 0.3 ? 0.12 + grooves * 0.2 : clamp(0.42 - slope + (grooves - 0.5) * 0.9)
  let colour = mixColour(
    ridge.rock.map((value) => value * 0.62),
    mixColour(ridge.rock, [1, 0.62, 0.42], 0.4),
    facing,
  )
  if (ridge.snow > 0) {
    const snowLine = 60 + 150 * fractal(x / 120, 7.5, ridge.seed + 33, 4)
    const snow = smooth(clamp((snowLine - depth) / 70 + (grooves - 0.5) * 2.4)) * ridge.snow
    colour = mixColour(colour, mixColour([0.52, 0.52, 0.68], [1, 0.8, 0.7], facing), snow)
  }
  const near = Math.exp(-Math.abs(x - sun.x) / 700)
  const mist = mixColour([0.55, 0.5, 0.58], [1, 0.74, 0.52], near)
  const low = smooth(clamp((y - horizon + 210) / 230)) * 0.3
  return mixColour(colour, mist, clamp(ridge.haze * (0.72 + 0.28 * near) + low * (1 - ridge.haze)))
}

const scene = (x, y) => land(clamp(Math.round(x), 0, width - 1), y) ?? sky(x, y)

function water(x, y) {
  const depth = (y - horizon) / (height - horizon)
  const stretch = 1 / (0.035 + depth)
  const swell = fractal((x / 190) * (0.4 + stretch * 0.05), depth * stretch * 24, 83, 4) - 0.5
  const ripple = fractal(x / 34, (depth * 46) / (0.12 + depth), 97, 4) - 0.5
  const bend = (swell * 70 + ripple * 46) * (0.12 + depth)
  const mirrored = horizon - (y - horizon) * 0.98 + bend * 1.7
  const seen = scene(x + bend * 0.5, clamp(mirrored, 4, horizon - 1))
  const clarity = 0.82 - 0.42 * depth - 0.25 * Math.abs(ripple)
  let colour = mixColour([0.045, 0.075, 0.12], seen, clamp(clarity))
  const path = Math.exp(-(((x - sun.x) / (90 + depth * 330)) ** 2))
  const glint = fractal(x / 30, (depth * 90) / (0.05 + depth * 0.8), 131, 3) - 0.5
  const sparkle = smooth(clamp((glint + swell * 0.3) * 4.2 - 0.5)) * path * (1 - depth) ** 1.5
  colour = mixColour(colour, [1.2, 0.92, 0.62], clamp(sparkle * 0.95))
  const shore = smooth(clamp(1 - (y - horizon) / 22))
  return mixColour(colour, [0.9, 0.68, 0.56], shore * 0.22 * (0.5 + path))
}

/** Firs in the corners, nearly black against the light. */
const firs = Array.from({ length: 17 }, (_, index) => {
  const isLeft = index < 10
  const offset = (index % 10) * (isLeft ? 62 : 74) + lattice(index, 5, 7) * 46
  return {
    x: isLeft ? -30 + offset : width + 40 - offset,
    foot: height + 40 - lattice(index, 6, 7) * 90,
    tall: 640 - offset * (isLeft ? 0.62 : 0.66) + lattice(index, 7, 7) * 190,
    seed: 120 + index,
  }
})

function firCover(x, y) {
  let cover = 0
  for (const { x: centre, foot, tall, seed } of firs) {
    const up = (foot - y) / tall
    if (up < 0 || up > 1 || Math.abs(x - centre) > tall * 0.26) continue
    const tier = 0.62 + 0.38 * (1 - ((up * 15 + noise(up * 15, 1, seed) * 0.9) % 1))
    const ragged = 0.72 + 0.5 * (fractal(x / 9, y / 7, seed, 3) - 0.3)
    const reach = tall * 0.23 * (1 - up) ** 0.86 * tier * ragged + 2.2
    cover = Math.max(cover, smooth(clamp((reach - Math.abs(x - centre)) / 3.2 + 0.5)))
  }
  return cover
}

function shoreCover(x, y) {
  const bank =
    height - 66 - 70 * fractal(x / 300, 3.3, 201, 4) - 60 * Math.abs(x / width - 0.52) ** 1.4
  const grass = 26 * noise(x / 3.1, 0.5, 211) * noise(x / 90, 2.5, 213)
  return smooth(clamp((y - bank + grass) / 5))
}

const pixels = Buffer.alloc(width * height * 3)
for (let y = 0; y < height; y += 1) {
  for (let x = 0; x < width; x += 1) {
    let colour = y < horizon ? scene(x, y) : water(x, y)
    const rim = Math.exp(-Math.abs(x - sun.x) / 520) * 0.05
    colour = mixColour(
      colour,
      [0.035 + rim, 0.038 + rim * 0.6, 0.045],
      Math.max(firCover(x, y), shoreCover(x, y)),
    )
    const off = Math.hypot(x / width - 0.5, (y / height - 0.48) * 0.8)
    const vignette = 1 - 0.42 * smooth(clamp((off - 0.28) / 0.42))
    const grain = (lattice(x, y, 301) + lattice(x, y, 302) - 1) * 0.022
    for (let channel = 0; channel < 3; channel += 1) {
      const exposed = 1 - Math.exp(-1.55 * Math.max(0, colour[channel]) * vignette)
      const contrast = mix(exposed, smooth(clamp(exposed)), 0.35)
      pixels[(y * width + x) * 3 + channel] = Math.round(255 * clamp(contrast * 1.12 + grain))
    }
  }
}

const file = new URL('../assets/example.jpg', import.meta.url).pathname
await sharp(pixels, { raw: { width, height, channels: 3 } })
  .blur(0.6)
  .jpeg({ quality: 86, progressive: false })
  .toFile(file)
