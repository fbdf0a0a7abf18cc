// `npm run docs`: writes the pages that are generated from the code.
import { writeFileSync } from 'node:fs'
import { prepare } from './prepare.mjs'

prepare()
const { renderConfigurationPage, renderKnownSettings } =
  await import('../services/standalone/dist/configuration-page.js')
const { renderOptionsPage } = await import('../services/standalone/dist/options-page.js')
const write = (file, text) => writeFileSync(new URL(`../${file}`, import.meta.url), text)
write('docs/configuration.md', renderConfigurationPage())
write('docs/options.md', renderOptionsPage())
write('packages/common/src/config/known-settings.ts', renderKnownSettings())
