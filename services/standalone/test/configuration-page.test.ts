import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { renderConfigurationPage, renderKnownSettings } from '../src/configuration-page.ts'

const root = join(import.meta.dirname, '..', '..', '..')

it.each([
  ['docs/configuration.md', renderConfigurationPage],
  ['packages/common/src/config/known-settings.ts', renderKnownSettings],
])('%s is what the schemas say (npm run docs writes it)', async (file, render) => {
  expect(await readFile(join(root, file), 'utf8')).toBe(render())
})
