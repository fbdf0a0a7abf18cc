// `npm run test:corpus -- FOLDER [--limit N]`: uploads every file of a folder (or N of them, evenly chosen), then plants
// each as an original and asks for it in all formats and fits. Ends with 1 where an answer is none of the contract, is late, or a process is lost.
import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { choose, listFiles } from './corpus/files.mjs'
import { watchChildren } from './corpus/memory.mjs'
import { askForPlanted, uploadFile } from './corpus/requests.mjs'
import { startServer } from './corpus/server.mjs'
import { prepare } from './prepare.mjs'

/** Allowed answers to a file of unknown origin. 504: too costly; 503: quarantined. */
const expected = {
  upload: [200, 413, 415],
  original: [200],
  render: [200, 307, 413, 415, 503, 504],
}
const workers = 4
const mebibyte = 1024 * 1024

const { values, positionals } = parseArgs({
  options: { limit: { type: 'string' } },
  allowPositionals: true,
})
const [folder] = positionals
if (folder === undefined) {
  process.stderr.write('Which folder? npm run test:corpus -- FOLDER [--limit N]\n')
  process.exit(2)
}

prepare()
const files = choose(await listFiles(folder), Number(values.limit ?? Infinity))
const server = await startServer()
const memory = watchChildren(server.pid)
const tally = new Map()
const problems = []
let slowest = { ms: 0 }
let retries = 0

await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)))
const metrics = await server.metrics()
const peakBytes = memory.stop()
await server.stop()
report()
process.exitCode = problems.length === 0 ? 0 : 1

async function work(worker) {
  for (let index = worker; index < files.length && server.isAlive(); index += workers) {
    const file = files[index]
    note(file, await uploadFile(server.base, `u${index}`, file))
    const answers = await askForPlanted(server.base, server.originalsDir, `p${index}`, file)
    for (const answer of answers) note(file, answer)
    if (!server.isAlive()) problems.push(`${relative(folder, file)}: the service has ended`)
  }
}

function note(file, { kind, status, ms, isLate, error, retries: again = 0 }) {
  retries += again
  const key = `${kind} ${status}`
  tally.set(key, (tally.get(key) ?? 0) + 1)
  if (ms > slowest.ms) slowest = { ms, kind, file }
  const where = `${relative(folder, file)}: ${kind} ${status} after ${Math.round(ms)} ms`
  if (!expected[kind].includes(status)) problems.push(`${where} ${error ?? ''}`)
  else if (isLate) problems.push(`${where}, late`)
}

function report() {
  const lines = [
    `${files.length} files`,
    ...[...tally]
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([key, count]) => `  ${key}: ${count}`),
    `slowest: ${slowest.kind} ${Math.round(slowest.ms)} ms, ${slowest.file ?? ''}`,
    `children lost: ${read(/^iaas_render_children_lost_total\{reason="(\w+)".*\} ([1-9]\d*)$/gm)}`,
    `memory of the service, without its children: ${read(/^(iaas_process_resident_memory_bytes)\{.*\} (\S+)$/gm)}`,
    `the most memory of a child: ${peakBytes === undefined ? 'not known here' : `${Math.round(peakBytes / mebibyte)} MiB`}`,
    `uploads turned away for now and tried again: ${retries}`,
    problems.length === 0 ? 'No answer outside the contract.' : `${problems.length} problems:`,
    ...problems.slice(0, 200).map((line) => `  ${line}`),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Returns every sample of the metrics that matches a pattern, with its label. */
function read(pattern) {
  const found = [...metrics.matchAll(pattern)].map(([, label, value]) => `${label} ${value}`)
  return found.length === 0 ? 'none' : found.join(', ')
}
