import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'

const bench = join(import.meta.dirname, '..', '..', 'bench')

/** Runs a program beside the benchmarks, which are not compiled. @returns what it prints, parsed */
function run(code: string): unknown {
  const program = `${code.replaceAll('BENCH', bench)}\nconsole.log(JSON.stringify(result))`
  const args = ['--input-type=module', '-e', program]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
}

describe('the results of the benchmarks', () => {
  it('keep the latest measurement of each encoder, whichever were measured together', () => {
    const dir = mkdtempSync(join(tmpdir(), 'bench-'))
    const runs = [
      ['2026-01-01T000000', { jpg: [1], webp: [1] }],
      ['2026-01-02T000000', { gif: [2], webp: [2] }],
    ] as const
    for (const [date, frontier] of runs) {
      const report = { date, machine: { loadBefore: null }, scenarios: { encoders: { frontier } } }
      writeFileSync(join(dir, `${date}.json`), JSON.stringify(report))
    }
    const result = run(`
      import { readLatestResults } from 'BENCH/report/read-results.mjs'
      import { describeRuns } from 'BENCH/report/tables.mjs'
      const { encoders } = readLatestResults(${JSON.stringify(dir)})
      const sentences = describeRuns(encoders).split('\\n\\n').map((text) => text.split(' at ')[0])
      const result = { frontier: encoders.frontier, sentences }`)
    rmSync(dir, { recursive: true })
    expect(result).toEqual({
      frontier: { jpg: [1], webp: [2], gif: [2] },
      sentences: ['jpg: Measured 2026-01-01', 'webp, gif: Measured 2026-01-02'],
    })
  })

  it('have every encoder that is compared, so that a new page loses none', () => {
    const result = run(`
      import { candidates } from 'BENCH/encoders/candidates.mjs'
      import { readLatestResults } from 'BENCH/report/read-results.mjs'
      const { encoders } = readLatestResults()
      const result = Object.keys(candidates).filter((format) => !(format in encoders.frontier))`)
    expect(result).toEqual([])
  })
})
