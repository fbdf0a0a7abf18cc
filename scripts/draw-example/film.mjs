import { createRandom, smoothstep } from './noise.mjs'

/** Light (linear, without limit) becomes a picture: bloom, exposure, film curve, vignette, grain. RGB, 8 bits. */
export function develop({ width, height }, pixels) {
  const bloom = blurBright(width, height, pixels)
  const random = createRandom(99)
  const picture = Buffer.alloc(width * height * 3)
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const at = (row * width + column) * 3
      const right = column / width - 0.5
      const down = row / height - 0.5
      const edge = 1 - 0.42 * smoothstep(0.22, 0.78, Math.hypot(right, down * 0.9))
      const grain = (random() + random() - 1) * 2.6
      for (let channel = 0; channel < 3; channel += 1) {
        const light = (pixels[at + channel] + bloom(column, row, channel)) * edge * 1.02
        picture[at + channel] = Math.max(0, Math.min(255, Math.round(curve(light) * 255 + grain)))
      }
    }
  }
  return picture
}

/** A filmic curve (the rational fit of K. Narkowicz to ACES), then the gamma of sRGB. */
function curve(light) {
  const film = (light * (2.51 * light + 0.03)) / (light * (2.43 * light + 0.59) + 0.14)
  return Math.min(1, Math.max(0, film)) ** (1 / 2.2)
}

/** What the lens scatters of the brightest places: a function of column, row and channel. */
function blurBright(width, height, pixels) {
  const step = 8
  const columns = Math.ceil(width / step)
  const rows = Math.ceil(height / step)
  let map = new Float32Array(columns * rows * 3)
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const to = (Math.floor(row / step) * columns + Math.floor(column / step)) * 3
      const from = (row * width + column) * 3
      for (let channel = 0; channel < 3; channel += 1) {
        map[to + channel] += Math.min(12, Math.max(0, pixels[from + channel] - 1)) / step ** 2
      }
    }
  }
  const radius = Math.max(1, Math.round(width / step / 45))
  for (let pass = 0; pass < 3; pass += 1) map = blurBox(map, columns, rows, radius)
  return (column, row, channel) => {
    const x = Math.min(columns - 1.001, Math.max(0, (column + 0.5) / step - 0.5))
    const y = Math.min(rows - 1.001, Math.max(0, (row + 0.5) / step - 0.5))
    const at = (Math.floor(y) * columns + Math.floor(x)) * 3 + channel
    const below = at + columns * 3
    const upper = map[at] * (1 - (x % 1)) + map[at + 3] * (x % 1)
    const lower = map[below] * (1 - (x % 1)) + map[below + 3] * (x % 1)
    return 0.32 * (upper * (1 - (y % 1)) + lower * (y % 1))
  }
}

function blurBox(map, columns, rows, radius) {
  return blurLines(
    blurLines(map, columns, rows, 3, columns * 3, radius),
    rows,
    columns,
    columns * 3,
    3,
    radius,
  )
}

function blurLines(map, length, lines, stride, lineStride, radius) {
  const blurred = new Float32Array(map.length)
  const within = (at) => Math.min(length - 1, Math.max(0, at))
  for (let line = 0; line < lines; line += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      const start = line * lineStride + channel
      let sum = 0
      for (let at = -radius; at <= radius; at += 1) sum += map[start + within(at) * stride]
      for (let at = 0; at < length; at += 1) {
        blurred[start + at * stride] = sum / (2 * radius + 1)
        sum +=
          map[start + within(at + radius + 1) * stride] - map[start + within(at - radius) * stride]
      }
    }
  }
  return blurred
}
