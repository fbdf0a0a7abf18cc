import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Kind, type Observer, kinds } from './_observations.ts'
import type { Outage } from './_outages.ts'

const page = join(import.meta.dirname, '..', '..', 'docs', 'operations.md')
const [begins, ends] = ['<!-- outages: npm run docs:outages -->', '<!-- /outages -->'] as const

/** Times are told as the next of these, s. */
const bounds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

export type OutageResult = {
  readonly outage: { readonly dependency: Outage['dependency']; readonly fault: string }
  readonly observer: Observer
  readonly recoveryMs: number
}

/** Writes what was observed into the page of operations, between its two marks. */
export async function writeOutageTable(results: readonly OutageResult[]): Promise<void> {
  const text = await readFile(page, 'utf8')
  const [before, rest = ''] = text.split(begins)
  const [, after] = rest.split(ends)
  if (before === undefined || after === undefined) throw new Error(`${page} has no marks.`)
  const table = [...headOf(kinds), ...results.map((result) => toRow(result, kinds))].join('\n')
  await writeFile(page, `${before}${begins}\n\n${table}\n\n${ends}${after}`)
}

/** The dependencies and faults that the page has a row of. */
export async function readOutageTable(): Promise<readonly string[]> {
  const text = await readFile(page, 'utf8')
  const table = text.slice(text.indexOf(begins), text.indexOf(ends))
  return [...table.matchAll(/^\| (?!gone )(\w+) +\| (\w+) +\|/gm)].map(
    ([, name, fault]) => `${name} ${fault}`,
  )
}

/** A fail-over concerns no stored object. */
const failOverKinds = kinds.filter((kind) => kind !== 'object')

const [failOversBegin, failOversEnd] = ['<!-- fail-overs -->', '<!-- /fail-overs -->'] as const

/** Writes the row of a fail-over into the page of operations, in the place of its earlier one, if the run is to write. */
export async function writeFailOver(result: OutageResult): Promise<void> {
  if (process.env['WRITE_OUTAGES'] === undefined) return
  const text = await readFile(page, 'utf8')
  const [before, rest = ''] = text.split(failOversBegin)
  const [table = '', after] = rest.split(failOversEnd)
  if (before === undefined || after === undefined) throw new Error(`${page} has no marks.`)
  const { dependency, fault } = result.outage
  const isOther = (row: string) =>
    row.startsWith('| ') && !/^\| (?:gone|---)/.test(row) && !rowOf(row, dependency, fault)
  const rows = [...table.split('\n').filter(isOther), toRow(result, failOverKinds)].toSorted()
  const written = [failOversBegin, '', ...headOf(failOverKinds), ...rows, '', failOversEnd]
  await writeFile(page, `${before}${written.join('\n')}${after}`)
}

function rowOf(row: string, dependency: string, fault: string): boolean {
  const [, first, second] = row.split('|').map((cell) => cell.trim())
  return first === dependency && second === fault
}

function headOf(columns: readonly Kind[]): readonly string[] {
  const names = columns.map((kind) => (kind === 'token' ? '/token' : kind))
  return [
    `| gone | how | ${names.join(' | ')} | back to normal |`,
    `| --- | --- |${' --- |'.repeat(columns.length + 1)}`,
  ]
}

function toRow({ outage, observer, recoveryMs }: OutageResult, columns: readonly Kind[]): string {
  const cells = columns.map((kind) => {
    const { statuses, slowestMs } = observer.of(kind)
    return `${[...statuses].toSorted((one, other) => one - other).join(', ')} in ${toBound(slowestMs)}`
  })
  const cellsOfRow = [outage.dependency, outage.fault, ...cells, `in ${toBound(recoveryMs)}`]
  return `| ${cellsOfRow.join(' | ')} |`
}

function toBound(ms: number): string {
  const bound = bounds.find((seconds) => ms <= seconds * 1000)
  return bound === undefined ? `${Math.ceil(ms / 1000)} s` : `${bound} s`
}
