import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { findFreePort } from './free-port.ts'
import type { Provided } from './postgres.ts'
import { createTemporaryFolder } from './temporary-folder.ts'
import { until } from './until.ts'

const isInstalled = spawnSync('pgbouncer', ['--version']).status === 0

/** Why there is no PgBouncer on this machine; undefined if there is one. */
export const pgbouncerMissing = isInstalled ? undefined : 'pgbouncer is not on the PATH'

/**
 * Starts a PgBouncer in session mode in front of a database. It accepts no startup parameters except the given ones.
 */
export async function startPgbouncer(
  databaseUrl: string,
  ignoredParameters: string,
): Promise<Provided> {
  const folder = await createTemporaryFolder()
  const port = await findFreePort()
  const database = new URL(databaseUrl)
  const name = database.pathname.slice(1)
  const target = `host=${database.hostname} port=${database.port} user=${database.username} password=${database.password}`
  const config = join(folder.path, 'pgbouncer.ini')
  const lines = [
    '[databases]',
    `${name} = ${target}`,
    '[pgbouncer]',
    `listen_addr = 127.0.0.1`,
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = session',
    'default_pool_size = 60',
    `ignore_startup_parameters = ${ignoredParameters}`,
  ]
  await writeFile(config, lines.join('\n'))
  // PgBouncer does not run as root.
  await chmod(folder.path, 0o755)
  const isRoot = process.getuid?.() === 0
  const server = spawn('pgbouncer', [...(isRoot ? ['-u', 'nobody'] : []), config], {
    stdio: 'ignore',
    cwd: '/',
  })
  const url = `postgres://anyone@127.0.0.1:${port}/${name}`
  await until(() => answers(url))
  return {
    url,
    async [Symbol.asyncDispose]() {
      const exited = once(server, 'exit')
      server.kill('SIGKILL')
      await exited
      await folder[Symbol.asyncDispose]()
    },
  }
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}
