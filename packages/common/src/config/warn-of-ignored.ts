import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../platform/log/log.ts'
import { countErrors } from '../platform/config/closest.ts'
import { knownVariables } from './known-settings.ts'
import { type Environment, configFolder, nodeEnvironments, readFiles } from './load.ts'
import { findUnknownKeys } from './unknown-keys.ts'

/** Warns of configuration without effect. Otherwise the service would run on the defaults unnoticed. */
export function warnOfIgnored(env: Environment, log: Pick<Logger, 'warn'>): void {
  warnOfUnreadFile(env, log)
  for (const key of findUnknownKeys(readFiles(env), []).legacy) {
    log.warn('setting of the legacy iaas is ignored', { key })
  }
  for (const name of Object.keys(env)) warnOfVariable(name, log)
}

function warnOfUnreadFile(env: Environment, log: Pick<Logger, 'warn'>): void {
  const file = join(configFolder(env), 'production.json')
  if (nodeEnvironments(env).includes('production') || !existsSync(file)) return
  log.warn('production.json is not read: NODE_ENV is not production', { file })
}

/** Warns of a variable with a similar name. Other programs have variables as well, so it is not certainly a mistake. */
function warnOfVariable(variable: string, log: Pick<Logger, 'warn'>): void {
  if (knownVariables.includes(variable)) return
  if (variable.endsWith('_FILE') && knownVariables.includes(variable.slice(0, -'_FILE'.length))) {
    log.warn('variable is not read: only secrets may be in files', { variable })
    return
  }
  const meant = knownVariables.find((known) => countErrors(variable, known) === 1)
  if (meant !== undefined)
    log.warn('variable is not read; is its name misspelt?', { variable, meant })
}
