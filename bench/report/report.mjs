import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeMachine } from './machine.mjs'
import { resultsDir } from './read-results.mjs'
import { say } from './say.mjs'
import { renderTables } from './tables.mjs'

/** What a run has to tell; the scenarios are added one by one. */
export function createReport({ isQuick }) {
  return { date: new Date().toISOString(), isQuick, machine: describeMachine(), scenarios: {} }
}

/** Writes what was measured as JSON, and prints it as tables. */
export async function writeReport(report) {
  await mkdir(resultsDir, { recursive: true })
  const name = `${report.date.slice(0, 19).replaceAll(':', '')}${report.isQuick ? '-quick' : ''}`
  const file = join(resultsDir, `${name}.json`)
  await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`)
  process.stdout.write(`${renderTables(report)}\n`)
  say(`Written to ${file}`)
}
