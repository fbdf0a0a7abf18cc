import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { mutations } from '../mutations/mutation.mjs'

const root = join(import.meta.dirname, '..', '..')
const read = (file: string) => readFile(join(root, file), 'utf8')

/** What stands where a row begins the name of a test: in a literal of any kind. */
const titleOf = (row: string) => new RegExp(`['"\`]${row} `)

/** The rows of the lists in docs/threats. */
async function listRows(): Promise<readonly string[]> {
  const pages = await Promise.all(
    ['requests', 'uploads', 'faults'].map((name) => read(`docs/threats/${name}.md`)),
  )
  return pages.flatMap((page) =>
    [...page.matchAll(/^\| ([RTF]\d+b?) /gm)].map(([, row]) => row ?? ''),
  )
}

describe('the breaks that are made on purpose', () => {
  it('are there for every row of the lists in docs/threats, and for no other', async () => {
    const rows = new Set(await listRows())
    expect(rows.size).toBeGreaterThan(70)
    expect(new Set(mutations.map(({ row }) => row))).toEqual(rows)
  })

  it.each(mutations.map((mutation) => [mutation.row, mutation.breaks, mutation] as const))(
    '%s (%s) fits the source once, and its row has a test',
    async (row, _breaks, { file, find, replace, test }) => {
      expect((await read(file)).split(find)).toHaveLength(2)
      expect(replace).not.toBe(find)
      expect(await read(test)).toMatch(titleOf(row))
    },
  )
})
