// `npm run test:options -- FOLDER [--limit N]`: renders every geometric option in every fit for the images of a folder (or N
// of them, evenly chosen) and compares sizes and pixels with a reference drawn by plain calls of sharp. Ends with 1 where a
// size differs or the similarity (SSIM) is 0.98 or less. With `--smart`, tells instead in how many images of
// options/subjects.json `gravity=smart` keeps the subject.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { choose, listFiles } from './corpus/files.mjs'
import { startServer } from './corpus/server.mjs'
import { compareFile } from './options/compare.mjs'
import { readOriginal } from './options/reference.mjs'
import { measureSmart, reportSmart } from './options/smart.mjs'
import { prepare } from './prepare.mjs'

const workers = 4
const smallestSide = 64
const mostPixels = 4_000_000
const shownCases = 30
/** Bounds that no case exceeds, and time for a busy machine. Nothing is stored. */
const config = {
  spool: { max_items: 0 },
  constraints: { max_width: 9000, max_height: 9000 },
  timeout: { conversion: 120_000 },
}

const { values, positionals } = parseArgs({
  options: { limit: { type: 'string' }, smart: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const [folder] = positionals
if (folder === undefined) {
  process.stderr.write('Which folder? npm run test:options -- FOLDER [--limit N]\n')
  process.exit(2)
}

prepare()
sharp.cache(false)
const files = values.smart ? [] : choose(await listImages(folder), Number(values.limit ?? Infinity))
const server = await startServer(config)
const results = []
const refused = []
try {
  if (values.smart) process.stdout.write(`${reportSmart(await measureSmart(server, folder))}\n`)
  else await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)))
} finally {
  await server.stop()
}
if (!values.smart) report()
if (results.some(({ problem }) => problem !== undefined)) process.exitCode = 1

async function work(worker) {
  for (let index = worker; index < files.length; index += workers) {
    const compared = await compareFile(server, `f${index}`, files[index])
    if (compared === undefined) refused.push(files[index])
    else results.push(...compared)
  }
}

function report() {
  const groups = groupByName()
  const failed = results.filter(({ problem }) => problem !== undefined)
  const own = new Set(results.filter((each) => each.hasOwnColours).map(({ file }) => file))
  const worst = listWorst()
  const lines = [
    `${files.length} images, ${results.length} comparisons, ${failed.length} problems`,
    `refused by the product: ${formatNames(refused)}`,
    `shown in other colours than by sharp: ${formatNames([...own])}`,
    '',
    '| option, fit | images | problems | lowest SSIM | mean SSIM |',
    '| --- | --- | --- | --- | --- |',
    ...[...groups].map(([name, group]) => formatRow(name, group)),
    '',
    'The least similar case of each image:',
    ...worst.map(
      ({ ssim, problem, file, path }) =>
        `  ${ssim.toFixed(4)} ${relative(folder, file)} ${path} ${problem ?? ''}`,
    ),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Returns the least similar result of each image, the least similar first. */
function listWorst() {
  const byFile = new Map()
  for (const result of results) {
    const { ssim = 1 } = byFile.get(result.file) ?? {}
    if (result.ssim <= ssim) byFile.set(result.file, result)
  }
  return [...byFile.values()].toSorted((one, other) => one.ssim - other.ssim).slice(0, shownCases)
}

function formatNames(paths) {
  return paths.length === 0 ? 'none' : paths.map((path) => relative(folder, path)).join(', ')
}

function groupByName() {
  const groups = new Map()
  for (const result of results) {
    const name = `${result.name}, ${result.fit ?? 'any'}`
    groups.set(name, [...(groups.get(name) ?? []), result])
  }
  return groups
}

function formatRow(name, group) {
  const found = group.map(({ ssim }) => ssim)
  const mean = found.reduce((sum, ssim) => sum + ssim, 0) / found.length
  const problems = group.filter(({ problem }) => problem !== undefined).length
  return `| ${name} | ${group.length} | ${problems} | ${Math.min(...found).toFixed(4)} | ${mean.toFixed(4)} |`
}

/** Returns the files that are images of a usual size which sharp decodes, each content once. */
async function listImages(dir) {
  const known = new Set()
  const images = []
  for (const file of await listFiles(dir)) {
    const digest = createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
    if (known.has(digest) || !(await isUsual(file))) continue
    known.add(digest)
    images.push(file)
  }
  return images
}

async function isUsual(file) {
  try {
    const { width, height, format } = await sharp(file).metadata()
    if (format === 'svg') return false
    if (Math.min(width, height) < smallestSide || width * height > mostPixels) return false
    await readOriginal(file)
    return true
  } catch {
    return false
  }
}
