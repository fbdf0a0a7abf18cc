import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { optionExamples } from '../src/option-examples.ts'
import { renderOptionsPage } from '../src/options-page.ts'
import { renderConfigurationPage, renderKnownSettings } from '../src/configuration-page.ts'

const root = join(import.meta.dirname, '..', '..', '..')

it.each([
  ['docs/configuration.md', renderConfigurationPage],
  ['docs/options.md', renderOptionsPage],
  ['packages/common/src/config/known-settings.ts', renderKnownSettings],
])('%s is what the schemas say (npm run docs writes it)', async (file, render) => {
  expect(await readFile(join(root, file), 'utf8')).toBe(render())
})

it('docs/images has the example of each option and nothing else (npm run docs:options draws them)', async () => {
  const files = Object.values(optionExamples).map(({ file }) => file)
  expect((await readdir(join(root, 'docs', 'images'))).toSorted()).toEqual(files.toSorted())
})
