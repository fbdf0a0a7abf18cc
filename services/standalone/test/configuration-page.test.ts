import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { renderConfigurationPage } from '../src/configuration-page.ts'

it('docs/configuration.md is what the schemas say (npm run docs writes it)', async () => {
  const page = join(import.meta.dirname, '..', '..', '..', 'docs', 'configuration.md')
  expect(await readFile(page, 'utf8')).toBe(renderConfigurationPage())
})
