import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { requirePostgresUrl } from '@iaas/stores/postgres/require-url'
import type { CliConfig } from './config.ts'

/** Line of `postmaster.pid` with the port. */
const portLine = 3

/**
 * Returns the URL of the configured database; otherwise that of the embedded one, which has to run.
 *
 * @throws ConfigError if there is neither
 */
export async function findDatabase({ postgresql, folders }: CliConfig): Promise<string> {
  if (postgresql.url !== undefined) return postgresql.url
  const read = (name: string) => readFile(join(folders.postgres, name), 'utf8').catch(() => '')
  const [password, state] = await Promise.all([read('password'), read('cluster/postmaster.pid')])
  const port = state.split('\n')[portLine]
  if (password === '' || port === undefined) return requirePostgresUrl(postgresql)
  return `postgres://iaas:${password.trim()}@127.0.0.1:${port.trim()}/iaas`
}
