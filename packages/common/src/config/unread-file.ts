import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../log.ts'
import { type Environment, configFolder, nodeEnvironments } from './load.ts'

/**
 * Tells of a `production.json` that is not read, which is told nowhere else: whoever has written one and sets no NODE_ENV
 * would run on the defaults.
 */
export function warnOfUnreadFile(env: Environment, log: Pick<Logger, 'warn'>): void {
  const file = join(configFolder(env), 'production.json')
  if (nodeEnvironments(env).includes('production') || !existsSync(file)) return
  log.warn('production.json is not read: NODE_ENV is not production', { file })
}
