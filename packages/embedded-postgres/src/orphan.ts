import type { Stats } from 'node:fs'
import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { type Cluster, clusterOwner } from './cluster.ts'

const waitMs = 15_000
/** Time that the connections of a killed process may remain, ms. */
const lingerMs = 2000

/**
 * Ends the server that a killed process left on a cluster, because a second server cannot start there. If only its lock
 * is left and its process id now belongs to another process, removes the lock, which PostgreSQL would otherwise trust.
 *
 * @throws Error if the server is in use or does not end
 */
export async function endOrphan(cluster: Cluster): Promise<void> {
  const lock = await readLock(cluster.dir)
  if (lock === undefined) return
  const users = await countUsers(cluster, lock.port)
  if (users === undefined && process.platform !== 'linux') return
  // After a reboot the process id may belong to another program or another PostgreSQL.
  if (users === undefined && !(await isServerOf(cluster, lock.pid))) {
    return rm(lockFile(cluster.dir), { force: true })
  }
  if (users !== undefined && users > 0) {
    throw new Error(`The database in ${cluster.dir} is in use: this service runs on it already.`, {
      cause: new Error(`The server (process ${lock.pid}) has ${users} connections.`),
    })
  }
  process.kill(lock.pid, 'SIGINT')
  for (const giveUpAt = Date.now() + waitMs; isRunning(lock.pid);) {
    if (Date.now() > giveUpAt) {
      throw new Error(
        `Another PostgreSQL (process ${lock.pid}) uses ${cluster.dir} and does not end.`,
      )
    }
    await delay(50)
  }
}

type Lock = { readonly pid: number; readonly port: number }

/**
 * Reads the lock that a running server keeps in its cluster:
 * https://www.postgresql.org/docs/current/storage-file-layout.html
 */
async function readLock(clusterDir: string): Promise<Lock | undefined> {
  const text = await readFile(lockFile(clusterDir), 'utf8').catch(() => '')
  const [pid, , , port] = text.split('\n').map(Number)
  const isServer = pid !== undefined && Number.isInteger(pid) && pid > 1 && isRunning(pid)
  return isServer ? { pid, port: port ?? 0 } : undefined
}

function lockFile(clusterDir: string): string {
  return join(clusterDir, 'postmaster.pid')
}

/**
 * Returns the number of other connections of a server; undefined if it does not answer as the server of this cluster.
 */
async function countUsers(cluster: Cluster, port: number): Promise<number | undefined> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: clusterOwner,
    password: cluster.password,
    database: 'postgres',
    ssl: false,
    connectionTimeoutMillis: 2000,
    query_timeout: 2000,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    for (const giveUpAt = Date.now() + lingerMs; ;) {
      const { rows } = await client.query<{ users: number }>(
        `SELECT count(*)::int AS users FROM pg_stat_activity
         WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
      )
      const users = rows[0]?.users ?? 0
      if (users === 0 || Date.now() > giveUpAt) return users
      await delay(100)
    }
  } catch {
    return undefined
  } finally {
    await client.end().catch(() => {})
  }
}

/** Identifies a server that does not answer, such as one that is ending, by its process; on Linux only. */
async function isServerOf({ dir }: Cluster, pid: number): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  const [program, ...args] = commandLine.split('\0')
  if (program?.endsWith('postgres') !== true) return false
  // The working directory of a server is its cluster. If it cannot be read, the arguments are checked, which are valid
  // unless the folder was moved.
  return (await isSameFolder(`/proc/${pid}/cwd`, dir)) || args.includes(dir)
}

async function isSameFolder(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([factsOf(one), factsOf(other)])
  if (first === undefined || second === undefined) return false
  return first.dev === second.dev && first.ino === second.ino
}

function factsOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
