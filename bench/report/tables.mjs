/** A report as Markdown. */
export function renderTables(report) {
  const scenarios = Object.values(report.scenarios).map(
    (scenario) => `### ${scenario.title}\n\n${renderScenario(scenario)}`,
  )
  return [describeRun(report), ...scenarios].join('\n\n')
}

/** When and where something was measured, in a sentence. */
export function describeRun({ date, machine }) {
  const { cpu, cores, memoryGiB, system, node, sharp, libvips, loadBefore, commit } = machine
  return (
    `Measured ${date.slice(0, 10)} at ${commit} on ${cores} cores of ${cpu}, ${memoryGiB} GiB, ${system}; ` +
    `Node ${node}, sharp ${sharp}, libvips ${libvips}; load before: ${loadBefore === null ? 'not recorded' : loadBefore.toFixed(1)}.`
  )
}

/** Like `describeRun`, with a sentence for each run of formats that were measured apart. */
export function describeRuns({ runs = {}, ...scenario }) {
  const formats = Object.entries(runs)
  const sentences = new Map()
  for (const [format, run] of formats) {
    const sentence = describeRun(run)
    sentences.set(sentence, [...(sentences.get(sentence) ?? []), format])
  }
  if (sentences.size < 2) return describeRun(scenario)
  return [...sentences].map(([sentence, names]) => `${names.join(', ')}: ${sentence}`).join('\n\n')
}

/** What a scenario has measured, as Markdown. */
export function renderScenario({ rows = [], figures = [], frontier = {}, costs = [], notes = [] }) {
  const parts = Object.entries(frontier).map(([format, points]) => renderFrontier(format, points))
  if (rows.length > 0) parts.push(renderRows(rows))
  if (figures.length > 0) parts.push(renderFigures(figures))
  if (costs.length > 0) parts.push(renderCosts(costs))
  if (notes.length > 0) parts.push(notes.join('\n\n'))
  return parts.join('\n\n')
}

const columns = [
  ['/s', 'perSecond', 1],
  ['p50 ms', 'p50Ms', 2],
  ['p99 ms', 'p99Ms', 2],
  ['CPU ms each', 'cpuMsEach', 3],
  ['peak MiB', 'peakMiB', 0],
]

function renderRows(rows) {
  const names = columns.map(([name]) => name)
  const head = [
    'case',
    'of',
    'ratio (middle half)',
    'by CPU',
    ...names,
    ...names.map((name) => `its ${name}`),
  ]
  const body = rows.map(({ name, referenceName, ratio, cpuRatio, ours, reference }) => [
    name,
    referenceName,
    `**${ratio.median.toFixed(2)}** (${ratio.low.toFixed(2)}–${ratio.high.toFixed(2)})`,
    formatNumber(cpuRatio.median, 2),
    ...columns.map(([, key, digits]) => formatNumber(ours[key], digits)),
    ...columns.map(([, key, digits]) => formatNumber(reference[key], digits)),
  ])
  return renderTable(head, body)
}

function renderFigures(figures) {
  return renderTable(
    ['figure', 'value', 'unit'],
    figures.map(({ name, value, unit }) => [name, formatNumber(value, value < 10 ? 2 : 0), unit]),
  )
}

function renderFrontier(format, points) {
  const head = [format, 'CPU ms', 'bytes, % of the first']
  const body = points.map(({ name, cpuMs, bytesRatio }) => [
    name,
    formatNumber(cpuMs, 1),
    formatNumber(bytesRatio * 100, 1),
  ])
  return renderTable(head, body)
}

function renderCosts(costs) {
  const head = ['address', 'ratio (middle half)', 'CPU ms', 'plain CPU ms']
  const body = costs.map(({ name, ratio, cpuMs, plainCpuMs }) => [
    `\`${name}\``,
    `**${ratio.median.toFixed(2)}** (${ratio.low.toFixed(2)}–${ratio.high.toFixed(2)})`,
    formatNumber(cpuMs, 1),
    formatNumber(plainCpuMs, 1),
  ])
  return renderTable(head, body)
}

function renderTable(head, body) {
  const rule = head.map(() => '---')
  return [head, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function formatNumber(value, digits) {
  return Number.isFinite(value) ? value.toFixed(digits) : ''
}
