// `npm run test:mutations -- [ROW ...]`: breaks a copy of the product, one mutation at a time, and runs the tests of its row,
// which must turn red. Without rows, runs all mutations. Fails for every mutation that stays green. First, or only with
// `--check`, verifies that all mutations apply to the sources.
import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProblems } from '../test/mutations/check.mjs'
import { mutations } from '../test/mutations/mutation.mjs'
import { prepare } from './prepare.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const jestFlags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']

const problems = findProblems(mutations)
for (const problem of problems) process.stderr.write(`${problem}\n`)
if (problems.length > 0) {
  process.stderr.write(
    `\n${problems.length} mutations do not fit the product: see test/mutations.\n`,
  )
  process.exit(1)
}
if (process.argv.includes('--check')) process.exit(0)

const rows = process.argv.slice(2)
const chosen = mutations.filter(({ row }) => rows.length === 0 || rows.includes(row))

prepare()
const copy = await mkdtemp(join(tmpdir(), 'iaas-mutations-'))
try {
  await copyProduct(copy)
  const verdicts = []
  for (const mutation of chosen) verdicts.push(await judge(mutation))
  report(verdicts)
} finally {
  await rm(copy, { recursive: true, force: true })
}

/** Copies all files that git tracks or would add, and the dependencies by hard links if the disk supports them. */
async function copyProduct(to) {
  const listed = run('git', ['ls-files', '-z', '-co', '--exclude-standard'], root).stdout
  for (const name of listed.split('\0').filter((path) => path !== '')) {
    await mkdir(dirname(join(to, name)), { recursive: true })
    await cp(join(root, name), join(to, name)).catch((error) => {
      if (error.code !== 'ENOENT') throw error
    })
  }
  const linked = run('cp', ['-al', join(root, 'node_modules'), join(to, 'node_modules')], root)
  if (linked.status !== 0) {
    await cp(join(root, 'node_modules'), join(to, 'node_modules'), { recursive: true })
  }
  build()
}

/** Compiles despite type errors, which a mutation may cause. */
function build() {
  run(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-b'], copy)
}

async function judge({ row, breaks, file, find, replace, test }) {
  const path = join(copy, file)
  const source = await readFile(path, 'utf8')
  await writeFile(
    path,
    source.replace(find, () => replace),
  )
  build()
  const verdict = runTests(row, test)
  await writeFile(path, source)
  build()
  process.stdout.write(`${row}  ${verdict.padEnd(11)}  ${breaks}\n`)
  return { row, breaks, verdict }
}

/** Judges a mutation: red tests are the goal, and skipped tests prove nothing. */
function runTests(row, test) {
  const pattern = `(^|\\s)${row}\\s`
  const jest = [...jestFlags, join('node_modules', 'jest', 'bin', 'jest.js')]
  const args = ['--runTestsByPath', test, '--testNamePattern', pattern, '--json', '--silent']
  const { stdout } = run(process.execPath, [...jest, ...args], copy)
  const result = parse(stdout)
  if (result === undefined) return 'no result'
  if (result.numFailedTests > 0 || result.numRuntimeErrorTestSuites > 0) return 'red'
  return result.numPassedTests > 0 ? 'STAYS GREEN' : 'not run'
}

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function report(verdicts) {
  const bad = verdicts.filter(({ verdict }) => verdict !== 'red' && verdict !== 'not run')
  const skipped = verdicts.filter(({ verdict }) => verdict === 'not run')
  const red = verdicts.length - bad.length - skipped.length
  process.stdout.write(
    `\n${verdicts.length} breaks: ${red} red, ${bad.length} green, ${skipped.length} not run here.\n`,
  )
  for (const { row, breaks, verdict } of bad) {
    process.stdout.write(`${row}: ${verdict}: ${breaks}\n`)
  }
  if (bad.length > 0) process.exitCode = 1
}

function run(command, args, cwd) {
  return spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 })
}
