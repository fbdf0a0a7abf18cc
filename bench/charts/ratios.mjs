import { colours, letterWidth, line, round, svg, text } from './svg.mjs'

const plotWidth = 380
const rowHeight = 26
const top = 34

/** Bars of ratios with the middle half of their pairs, and a line where both sides are equal. */
export function drawRatios(title, rows) {
  const labels = rows.map(({ name, referenceName }) => `${name} / ${referenceName}`)
  const labelWidth = 16 + letterWidth * Math.max(...labels.map(({ length }) => length))
  const most = Math.max(1.1, ...rows.map(({ ratio }) => ratio.high))
  const toX = (ratio) => labelWidth + (ratio / most) * plotWidth
  const height = top + rows.length * rowHeight + 10
  const equal = toX(1)
  return svg(labelWidth + plotWidth + 60, height, title, [
    line([equal, top - 8], [equal, height - 8], colours.limit, 2),
    text(equal, top - 14, '1.0', 'middle', colours.limit),
    ...rows.map(({ ratio }, at) => drawRow(labels[at], ratio, top + at * rowHeight, toX)),
  ])
}

function drawRow(label, ratio, y, toX) {
  const middle = y + 8
  const left = toX(0)
  return [
    text(left - 8, middle + 4, label, 'end'),
    `<rect x="${round(left)}" y="${y}" width="${round(toX(ratio.median) - left)}" height="16" rx="2" fill="${colours.bar}"/>`,
    line([toX(ratio.low), middle], [toX(ratio.high), middle], colours.ink, 2),
    text(toX(Math.max(ratio.median, ratio.high)) + 6, middle + 4, ratio.median.toFixed(2)),
  ].join('\n')
}
