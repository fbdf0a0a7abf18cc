import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'

const folder = join(import.meta.dirname, '..', '..', 'docs', 'decisions')

describe('the decisions', () => {
  it('have numbers of their own, one after the other, and stand in the index by them', async () => {
    const names = (await readdir(folder)).filter((name) => name !== 'README.md').toSorted()
    const numbers = names.map((name) => Number(name.slice(0, 4)))
    expect(numbers).toEqual(names.map((_, index) => index + 1))
    const index = await readFile(join(folder, 'README.md'), 'utf8')
    const links = [...index.matchAll(/^\| \[(\d+)\. [^\]]*\]\(([^)]*)\)/gm)]
    expect(links.map(([, number, name]) => [Number(number), name])).toEqual(
      names.map((name, at) => [numbers[at], name]),
    )
    for (const name of names) {
      const title = await readFile(join(folder, name), 'utf8')
      expect(title).toMatch(new RegExp(`^# ${Number(name.slice(0, 4))}\\. `))
    }
  })
})
