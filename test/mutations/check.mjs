import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** @param {string} file */
const read = (file) => readFileSync(join(root, file), 'utf8')

/**
 * Finds the mutations that no longer fit the product, without running any.
 *
 * @param {readonly import('./mutation.mjs').Mutation[]} mutations
 * @returns {readonly string[]} one line for each problem
 */
export function findProblems(mutations) {
  const listed = listRows()
  const rows = new Set(listed)
  const broken = new Set(mutations.map(({ row }) => row))
  return [
    ...repeated(listed).map((row) => `${row}: stands twice in docs/threats`),
    ...repeated(mutations.map(({ row, breaks }) => `${row} (${breaks})`)).map(
      (name) => `${name}: stands twice`,
    ),
    ...[...rows].filter((row) => !broken.has(row)).map((row) => `${row}: has no mutation`),
    ...[...broken].filter((row) => !rows.has(row)).map((row) => `${row}: no row of docs/threats`),
    ...mutations.flatMap((mutation) =>
      findFaults(mutation).map((fault) => `${mutation.row} (${mutation.breaks}): ${fault}`),
    ),
  ]
}

/** @param {readonly string[]} names */
const repeated = (names) => names.filter((name, index) => names.indexOf(name) < index)

/** The rows of the lists in docs/threats. */
function listRows() {
  return ['requests', 'uploads', 'faults'].flatMap((name) =>
    [...read(`docs/threats/${name}.md`).matchAll(/^\| ([RTF]\d+b?) /gm)].map(
      ([, row]) => row ?? '',
    ),
  )
}

/** @param {import('./mutation.mjs').Mutation} mutation */
function findFaults({ row, file, find, replace, test }) {
  const faults = []
  const count = readOr(file)?.split(find).length
  if (count === undefined) faults.push(`${file} is not there`)
  else if (count !== 2) faults.push(`its text stands ${count - 1} times in ${file}`)
  if (replace === find) faults.push('it changes nothing')
  // A row begins the name of a test, in a literal of any kind.
  if (!new RegExp(`['"\`]${row} `).test(readOr(test) ?? ''))
    faults.push(`${test} has no test of it`)
  return faults
}

/** @param {string} file */
function readOr(file) {
  try {
    return read(file)
  } catch {
    return undefined
  }
}
