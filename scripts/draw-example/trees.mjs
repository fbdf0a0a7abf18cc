import { createRandom, noise } from './noise.mjs'

/** The near bank with its pines, against the light: an SVG for a picture of 2400 x 1600, scaled to `width`. */
export function drawTrees(width, height) {
  const random = createRandom(2024)
  const trees = standOf(random)
    .sort((one, other) => one.base - other.base)
    .map((tree) => pine(random, tree))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 2400 1600">
${trees.join('\n')}
${bank(random)}
</svg>`
}

/** Where the pines stand and how high they are, px; `depth` is 0 for the nearest. */
function standOf(random) {
  const rows = [
    [-60, 430, 9, 300, 520, 0.45],
    [-40, 330, 5, 560, 860, 0.15],
    [20, 190, 2, 980, 1120, 0],
    [2080, 2440, 8, 230, 430, 0.45],
    [2200, 2430, 4, 430, 720, 0.12],
  ]
  return rows.flatMap(([from, to, count, low, high, depth]) =>
    Array.from({ length: count }, (_, index) => {
      const x = from + ((index + 0.2 + 0.6 * random()) / count) * (to - from)
      return { x, base: bankAt(x) + 40 - depth * 30, height: low + random() * (high - low), depth }
    }),
  )
}

/** The upper edge of the bank. */
function bankAt(x) {
  const sides =
    165 * Math.exp(-((x + 60) ** 2) / 330 ** 2) + 105 * Math.exp(-((x - 2450) ** 2) / 260 ** 2)
  return 1572 - sides - 18 * noise(x / 120, 3) - 6 * noise(x / 23, 9)
}

function bank(random) {
  const edge = Array.from(
    { length: 601 },
    (_, index) => `${index * 4},${bankAt(index * 4).toFixed(1)}`,
  )
  const blades = Array.from({ length: 2600 }, () => blade(random))
  return `<path d="M0,1600 L${edge.join(' L')} L2400,1600 Z" fill="#07090a"/>
<path d="${blades.join('')}" fill="none" stroke="#07090a" stroke-width="1.6" stroke-linecap="round"/>`
}

function blade(random) {
  const x = random() * 2400
  const height = 8 + 34 * random() ** 2.5 * (0.6 + noise(x / 60, 5))
  const lean = (random() - 0.4) * height * 0.8
  const y = bankAt(x) + 3
  return `M${x.toFixed(1)},${y.toFixed(1)}q${(lean * 0.2).toFixed(1)},${(-height * 0.7).toFixed(1)} ${lean.toFixed(1)},${(-height).toFixed(1)}`
}

/** A pine: a trunk, and boughs all the way up, each hung with twigs. */
function pine(random, { x, base, height, depth }) {
  const lean = (random() - 0.5) * height * 0.03
  const count = Math.round(height / 2.6) + 30
  const spread = height * (0.13 + 0.05 * random())
  const side = [0.85 + 0.3 * random(), 0.85 + 0.3 * random()]
  const marks = []
  for (let index = 0; index < count; index += 1) {
    const down = ((index + random()) / count) ** 1.05
    const y = base - height * (1 - 0.92 * down)
    const turn = index % 2
    const layers =
      0.72 + 0.28 * Math.sin(down * height * 0.16 + turn * 1.7 + 3 * noise(down * 9, x))
    const reach = spread * (0.03 + 0.97 * down ** 0.8) * layers * side[turn]
    const length = reach * (0.35 + 0.75 * random()) * (down > 0.9 ? 0.6 : 1)
    marks.push(bough(random, x + lean * (1 - down), y, turn === 0 ? -length : length))
  }
  const shade = Math.round(6 + 22 * depth)
  const colour = `rgb(${shade},${shade + 2},${Math.round(shade * 1.15) + 1})`
  const foot = height * 0.011
  const trunk = `M${x - foot},${base}L${x + lean},${base - height}L${x + foot},${base}Z`
  const twigWidth = (1 + height / 700).toFixed(2)
  return `<path d="${trunk}" fill="${colour}"/>
<path d="${marks.join('')}" fill="none" stroke="${colour}" stroke-width="${twigWidth}" stroke-linecap="round"/>`
}

/** A bough that sags from the trunk and lifts at its tip, with twigs that hang and point outwards. */
function bough(random, x, y, length) {
  const reach = Math.abs(length)
  const sag = reach * (0.2 + 0.25 * random())
  const at = (share) => [x + length * share, y + sag * (share ** 1.2 - 0.35 * share ** 3)]
  const [middleX, middleY] = at(0.55)
  const [tipX, tipY] = at(1)
  const marks = [line(x, y, middleX, middleY), line(middleX, middleY, tipX, tipY)]
  const twigs = Math.max(2, Math.round(reach / 3.2))
  for (let twig = 0; twig < twigs; twig += 1) {
    const [fromX, fromY] = at((twig + random()) / twigs)
    const long = (3 + reach * 0.15) * (0.4 + 0.8 * random())
    const hang = random() < 0.25 ? -0.35 : 0.9
    marks.push(
      line(fromX, fromY, fromX + Math.sign(length) * long * 0.6, fromY + long * hang * 0.6),
    )
  }
  return marks.join('')
}

function line(fromX, fromY, toX, toY) {
  return `M${fromX.toFixed(1)},${fromY.toFixed(1)}L${toX.toFixed(1)},${toY.toFixed(1)}`
}
