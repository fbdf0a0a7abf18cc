/** A report as Markdown. */
export function renderTables({ date, machine, scenarios }) {
  const { cpu, cores, memoryGiB, system, node, sharp, libvips, loadBefore } = machine
  const head =
    `Measured ${date.slice(0, 10)} on ${cores} cores of ${cpu}, ${memoryGiB} GiB, ${system}; ` +
    `Node ${node}, sharp ${sharp}, libvips ${libvips}; load before: ${loadBefore.toFixed(1)}.`
  return [head, ...Object.values(scenarios).map(renderScenario)].join('\n\n')
}

function renderScenario({ title, rows = [], figures = [], notes = [] }) {
  const parts = [`### ${title}`]
  if (rows.length > 0) parts.push(renderRows(rows))
  if (figures.length > 0) parts.push(renderFigures(figures))
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
    ...names,
    ...names.map((name) => `its ${name}`),
  ]
  const body = rows.map(({ name, referenceName, ratio, cpuRatio, ours, reference }) => [
    name,
    referenceName,
    `**${ratio.median.toFixed(2)}** (${ratio.low.toFixed(2)}–${ratio.high.toFixed(2)})`,
    format(cpuRatio.median, 2),
    ...columns.map(([, key, digits]) => format(ours[key], digits)),
    ...columns.map(([, key, digits]) => format(reference[key], digits)),
  ])
  return renderTable(head, body)
}

function renderFigures(figures) {
  return renderTable(
    ['figure', 'value', 'unit'],
    figures.map(({ name, value, unit }) => [name, format(value, value < 10 ? 2 : 0), unit]),
  )
}

function renderTable(head, body) {
  const rule = head.map(() => '---')
  return [head, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function format(value, digits) {
  return Number.isFinite(value) ? value.toFixed(digits) : ''
}
