import { execFile } from 'node:child_process'
import { chown, mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isSetUp } from '@iaas/embedded-postgres/cluster'
import { startEmbeddedPostgres } from '@iaas/embedded-postgres/embedded-postgres'
import { query } from '@iaas/testing/postgres'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { until } from '@iaas/testing/until'
import { copyClusterTemplate } from './cluster-template.ts'

const run = promisify(execFile)

/** A primary and a replica of it, which follows it until it is promoted. */
export type ReplicatedDatabase = AsyncDisposable & {
  readonly primaryUrl: string
  readonly replicaUrl: string
  /** Shuts the primary down. The replica then has all that it has confirmed. */
  stopPrimary(): Promise<void>
  /** Makes the replica accept writes. */
  promote(): Promise<void>
  /** Starts the old primary as it was. @returns its URL, whose port is another */
  restartPrimary(): Promise<string>
}

const hasty = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

/** Both begin with copies of one data folder; the replica reads the rest from the log of the primary. */
export async function startReplicatedDatabase(): Promise<ReplicatedDatabase> {
  const folder = await createTemporaryFolder()
  const [primaryDir, replicaDir] = ['primary', 'replica'].map((name) => join(folder.path, name))
  const dirOf = (dir = '') => join(dir, 'postgres')
  const open = (dataDir: string, settings = {}) =>
    startEmbeddedPostgres({ dataDir, settings: { ...hasty, ...settings } })
  await mkdir(primaryDir ?? '')
  await mkdir(replicaDir ?? '')
  const [primary, replica] = [dirOf(primaryDir), dirOf(replicaDir)]
  await copyClusterTemplate(primaryDir ?? '')
  if (!(await isSetUp(primary))) await (await open(primary))[Symbol.asyncDispose]()
  await run('cp', ['-a', primary, replica])
  await markAsStandby(join(replica, 'cluster'))
  let first = await open(primary)
  const { hostname, port, username, password } = new URL(first.url)
  const second = await open(replica, {
    primary_conninfo: `host=${hostname} port=${port} user=${username} password=${password}`,
  })
  const replicates = async () =>
    (await query(first.url, `SELECT FROM pg_stat_replication WHERE state = 'streaming'`)).rowCount
  await until(async () => (await replicates()) === 1)
  return {
    primaryUrl: first.url,
    replicaUrl: second.url,
    stopPrimary: async () => first[Symbol.asyncDispose](),
    promote: async () => void (await query(second.url, 'SELECT pg_promote()')),
    async restartPrimary() {
      first = await open(primary)
      return first.url
    },
    async [Symbol.asyncDispose]() {
      await second[Symbol.asyncDispose]()
      await first[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** The server may run as another user, who owns its files. */
async function markAsStandby(cluster: string): Promise<void> {
  const file = join(cluster, 'standby.signal')
  const { uid, gid } = await stat(cluster)
  await writeFile(file, '')
  await chown(file, uid, gid)
}
