import { colours, line, round, svg, text } from './svg.mjs'

const width = 720
const height = 340
const plot = { left: 60, right: 560, top: 30, bottom: 290 }

/** Bytes against processor time, each on its scale: the closer to the lower left the better. */
export function drawFrontier(title, points) {
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
    ...points.map((point) => drawPoint(point, toX(Math.log(point.cpuMs)), toY(point.bytesRatio))),
  ])
}

function drawPoint({ name, cpuMs, bytesRatio }, x, y) {
  const label = `${name}: ${cpuMs.toFixed(1)} ms, ${(bytesRatio * 100).toFixed(0)} %`
  const dot = `<circle cx="${round(x)}" cy="${round(y)}" r="4" fill="${colours.bar}"/>`
  return `${dot}\n${text(x + 7, y + 4, label)}`
}

/** From the range of some values to a range of pixels. */
function scale(values, from, to) {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const range = most - least || 1
  return (value) => from + ((value - least) / range) * (to - from)
}
