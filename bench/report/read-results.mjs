import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export const resultsDir = join(import.meta.dirname, '..', 'results')

/** Of each scenario its latest full run, with its date and machine. */
export function readLatestResults() {
  const names = readdirSync(resultsDir).filter((name) => /^[\dT-]+\.json$/.test(name))
  const latest = {}
  for (const name of names.sort()) {
    const { date, machine, scenarios } = JSON.parse(readFileSync(join(resultsDir, name), 'utf8'))
    for (const [key, scenario] of Object.entries(scenarios)) {
      latest[key] = { ...scenario, date, machine }
    }
  }
  return latest
}
