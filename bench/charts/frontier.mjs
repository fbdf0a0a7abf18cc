import { colours, letterWidth, line, round, svg, text } from './svg.mjs'

const width = 820
const height = 340
const plot = { left: 60, right: 560, top: 30, bottom: 290 }

/**
 * Bytes against processor time, each on its scale: the closer to the lower left the better.
 *
 * @param defaultName the point that stands out: what is done where nothing is configured
 */
export function drawFrontier(title, points, defaultName) {
  const toX = scale(
    points.map(({ cpuMs }) => Math.log(cpuMs)),
    plot.left + 10,
    plot.right,
  )
  const toY = scale(
    points.map(({ bytesRatio }) => bytesRatio),
    plot.bottom - 10,
    plot.top + 10,
  )
  return svg(width, height, title, [
    line([plot.left, plot.bottom], [plot.right, plot.bottom], colours.ink),
    line([plot.left, plot.top], [plot.left, plot.bottom], colours.ink),
    text(plot.right, plot.bottom + 32, 'processor time, ms (logarithmic)', 'end'),
    text(plot.left - 40, plot.top - 12, 'bytes, % of the first'),
    ...placeLabels(
      points.map((point) => ({
        x: toX(Math.log(point.cpuMs)),
        y: toY(point.bytesRatio),
        label: describe(point),
        colour: point.name === defaultName ? colours.limit : colours.bar,
      })),
    ).map(drawPoint),
  ])
}

function describe({ name, cpuMs, bytesRatio }) {
  return `${name}: ${cpuMs.toFixed(1)} ms, ${(bytesRatio * 100).toFixed(0)} %`
}

function drawPoint({ x, y, labelY, label, colour }) {
  const dot = `<circle cx="${round(x)}" cy="${round(y)}" r="4" fill="${colour}"/>`
  const isMoved = labelY !== y
  const leader = isMoved ? [line([x, y], [x + 6, labelY])] : []
  const ink = colour === colours.limit ? colour : colours.ink
  return [...leader, dot, text(x + 7, labelY + 4, label, 'start', ink)].join('\n')
}

const lineHeight = 13

/** Moves labels up or down that would lie on one another, as little as possible. */
function placeLabels(points) {
  const placed = []
  for (const point of points) {
    const right = point.x + point.label.length * letterWidth
    const isFree = (y) =>
      y < plot.bottom &&
      placed.every(
        (other) =>
          Math.abs(other.labelY - y) >= lineHeight || other.right < point.x || right < other.x,
      )
    const steps = points.flatMap((_, step) => [step, -step])
    const labelY = steps.map((step) => point.y + step * lineHeight).find(isFree) ?? point.y
    placed.push({ ...point, right, labelY })
  }
  return placed
}

/** From the range of some values to a range of pixels. */
function scale(values, from, to) {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const range = most - least || 1
  return (value) => from + ((value - least) / range) * (to - from)
}
