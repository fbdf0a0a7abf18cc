import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export const resultsDir = join(import.meta.dirname, '..', 'results')

/**
 * Reads the latest full run of each scenario, with its date and machine. Encoders can be measured one format at a time: each
 * format has its own latest run, which `runs` lists.
 */
export function readLatestResults(dir = resultsDir) {
  const names = readdirSync(dir).filter((name) => /^[\dT-]+\.json$/.test(name))
  const latest = {}
  for (const name of names.sort()) {
    const { date, machine, scenarios } = JSON.parse(readFileSync(join(dir, name), 'utf8'))
    for (const [key, scenario] of Object.entries(scenarios)) {
      latest[key] = {
        ...scenario,
        date,
        machine,
        ...mergeFormats(latest[key], scenario, { date, machine }),
      }
    }
  }
  return latest
}

function mergeFormats(before, { frontier }, run) {
  if (frontier === undefined) return {}
  const runs = Object.fromEntries(Object.keys(frontier).map((format) => [format, run]))
  return { frontier: { ...before?.frontier, ...frontier }, runs: { ...before?.runs, ...runs } }
}
