import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCatalogue, errorCodes } from '@iaas/common/errors'
import { expect, it } from '@jest/globals'

const page = join(import.meta.dirname, '../../../../docs/http.md')

it('docs/http.md lists every problem type with its status, and no other', async () => {
  const text = await readFile(page, 'utf8')
  const rows = [...text.matchAll(/^\| `([a-z-]+)` +\| (\d{3}) +\| \S/gm)]
  const listed = rows.map(([, name, status]) => `${name} ${status}`)
  const known = errorCodes.map(
    (code) => `${code.toLowerCase().replaceAll('_', '-')} ${errorCatalogue[code].status}`,
  )
  expect(new Set(listed)).toEqual(new Set(known))
  expect(listed).toHaveLength(known.length)
})
