import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { drawFrontier } from '../charts/frontier.mjs'
import { drawRatios } from '../charts/ratios.mjs'
import { defaultOf } from '../encoders/candidates.mjs'
import { root } from '../stage/folders.mjs'
import { readLatestResults } from './read-results.mjs'
import { describeRuns, renderScenario } from './tables.mjs'

const page = join(root, 'docs', 'performance.md')
const chartsDir = join(root, 'docs', 'performance')

/** Puts the latest results into docs/performance.md, between its marks, and draws its charts. */
export async function writePage() {
  mkdirSync(chartsDir, { recursive: true })
  const results = readLatestResults()
  let text = readFileSync(page, 'utf8')
  for (const [name, scenario] of Object.entries(results)) {
    const charts = drawCharts(name, scenario)
    for (const [file, svg] of charts) writeFileSync(join(chartsDir, file), svg)
    const images = charts.map(([file]) => `![${scenario.title}](performance/${file})`)
    text = fill(
      text,
      name,
      [describeRuns(scenario), ...images, renderScenario(scenario)].join('\n\n'),
    )
  }
  const options = await resolveConfig(page)
  writeFileSync(page, await format(text, { ...options, parser: 'markdown' }))
}

function drawCharts(name, { title, rows = [], frontier = {} }) {
  const ratios = rows.length === 0 ? [] : [[`${name}.svg`, drawRatios(title, rows)]]
  const frontiers = Object.entries(frontier).map(([encoder, points]) => [
    `${name}-${encoder}.svg`,
    drawFrontier(`${title}: ${encoder}`, points, defaultOf(encoder)),
  ])
  return [...ratios, ...frontiers]
}

function fill(text, name, content) {
  const [begin, end] = [`<!-- bench: ${name} -->`, `<!-- end: ${name} -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < 0) throw new Error(`${page} has no place for ${name}.`)
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`
}
