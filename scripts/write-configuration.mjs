// `npm run docs`: writes the pages that are made from the code.
import { writeFileSync } from 'node:fs'
import { prepare } from './prepare.mjs'

prepare()
const { renderConfigurationPage } =
  await import('../services/standalone/dist/configuration-page.js')
writeFileSync(new URL('../docs/configuration.md', import.meta.url), renderConfigurationPage())
