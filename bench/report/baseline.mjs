import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const file = join(import.meta.dirname, '..', 'baseline.json')
/** A loss that is smaller than this is none, whatever the spread of three pairs says. */
const tolerance = 0.95

/** Makes the ratios of a report those that later ones are held against. */
export function writeBaseline(report) {
  const ratios = Object.fromEntries(
    ratiosOf(report).map(([name, { median, low, high }]) => [name, { median, low, high }]),
  )
  const { date, machine } = report
  writeFileSync(file, `${JSON.stringify({ date, machine, ratios }, undefined, 2)}\n`)
}

/**
 * Holds the ratios of a report against the baseline. A ratio has fallen where the middle halves of both do not meet and
 * the loss is more than a twentieth.
 *
 * @returns one line for each ratio, and how many of them have fallen
 */
export function compareWithBaseline(report) {
  const { ratios, date } = JSON.parse(readFileSync(file, 'utf8'))
  const lines = ratiosOf(report).map(([name, now]) => {
    const before = ratios[name]
    if (before === undefined) return { hasFallen: false, text: `new   ${name}: ${show(now)}` }
    const hasFallen = now.high < before.low * tolerance
    const verdict = hasFallen ? 'FELL ' : 'holds'
    return { hasFallen, text: `${verdict} ${name}: ${show(now)}, was ${show(before)}` }
  })
  return {
    text: [`Against the baseline of ${date.slice(0, 10)}:`, ...lines.map(({ text }) => text)].join(
      '\n',
    ),
    fallen: lines.filter(({ hasFallen }) => hasFallen).length,
  }
}

function ratiosOf({ scenarios }) {
  return Object.entries(scenarios).flatMap(([scenario, { rows = [] }]) =>
    rows.map(({ name, ratio }) => [`${scenario}: ${name}`, ratio]),
  )
}

function show({ median, low, high }) {
  return `${median.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`
}
