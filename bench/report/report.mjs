import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeMachine } from './machine.mjs'
import { resultsDir } from './read-results.mjs'
import { renderTables } from './tables.mjs'

/** What a run has to tell; the scenarios are added one by one. */
export function createReport({ isQuick }) {
  return { date: new Date().toISOString(), isQuick, machine: describeMachine(), scenarios: {} }
}

/** Writes what was measured so far as JSON. @returns the path of the file */
export async function saveReport(report) {
  await mkdir(resultsDir, { recursive: true })
  const name = `${report.date.slice(0, 19).replaceAll(':', '')}${report.isQuick ? '-quick' : ''}`
  const file = join(resultsDir, `${name}.json`)
  await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`)
  return file
}

/** Prints what was measured as tables. */
export function printReport(report) {
  process.stdout.write(`${renderTables(report)}\n`)
}
