import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { dirname, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { findBinaries } from './binaries.ts'
import { type Cluster, clusterOwner, openCluster } from './cluster.ts'
import { endOrphan } from './orphan.ts'
import { type ServerEnd, collectTail, keepRunning, stopServer } from './server-process.ts'
import { chooseRunAs } from './run-as.ts'

export type EmbeddedPostgresOptions = {
  /** Folder of the database: its cluster and its password. Created if missing. */
  readonly dataDir: string
  /** Additional settings of the server. */
  readonly settings?: Readonly<Record<string, string>>
  /** Called when the server ended unexpectedly; it is restarted. */
  readonly onEnd?: (end: ServerEnd) => void
}

export type EmbeddedPostgres = AsyncDisposable & {
  /** URL of the database `iaas`, with the password. */
  readonly url: string
}

/** Settings for a small machine shared with other services. */
const defaultSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '64MB',
  max_connections: '100',
  max_wal_size: '256MB',
  // Omits processes that would have nothing to do here, and a JIT compiler that takes more memory than any of our
  // statements.
  io_method: 'sync',
  max_logical_replication_workers: '0',
  jit: 'off',
  log_min_messages: 'fatal',
  log_checkpoints: 'off',
}

const startLimitMs = 60_000

/**
 * Starts an embedded PostgreSQL on a free loopback port, as any user, and keeps it running until it is disposed of. If
 * this process is killed, the next start on the same folder ends the orphaned server.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const binaries = await findBinaries()
  const dataDir = resolve(options.dataDir)
  // Created with the rights of this user, before access is checked.
  await mkdir(dirname(dataDir), { recursive: true })
  const runAs = await chooseRunAs([dataDir, binaries.postgres])
  const cluster = await openCluster(dataDir, binaries, runAs)
  await endOrphan(cluster)
  const port = await findFreePort()
  const settings = Object.entries({ ...defaultSettings, ...options.settings }).flatMap(
    ([name, value]) => ['-c', `${name}=${value}`],
  )
  const [command, args] = runAs.command(binaries.postgres, [
    '-D',
    cluster.dir,
    '-p',
    `${port}`,
    ...settings,
  ])
  // Own process group, so that Ctrl-C in the terminal does not end it before its clients.
  const spawnServer = () =>
    spawn(command, [...args], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { LC_ALL: 'C' },
      cwd: '/',
    })
  const server = spawnServer()
  const log = collectTail(server)
  try {
    const url = await openDatabase(server, cluster, port)
    const keeper = keepRunning(server, spawnServer, options.onEnd)
    return { url, [Symbol.asyncDispose]: () => keeper.stop() }
  } catch (cause) {
    await stopServer(server)
    throw new Error(`The embedded PostgreSQL did not start. ${log()}`, { cause })
  }
}

async function openDatabase(server: ChildProcess, cluster: Cluster, port: number): Promise<string> {
  const urlOf = (database: string) =>
    `postgres://${clusterOwner}:${cluster.password}@127.0.0.1:${port}/${database}`
  const client = await connectOnceReady(server, urlOf('postgres'))
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [
      clusterOwner,
    ])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${clusterOwner}`)
  } finally {
    await client.end()
  }
  return urlOf(clusterOwner)
}

async function connectOnceReady(
  server: ChildProcess,
  connectionString: string,
): Promise<pg.Client> {
  for (const giveUpAt = Date.now() + startLimitMs; ;) {
    // PGSSLMODE is meant for another database.
    const client = new pg.Client({ connectionString, ssl: false, connectionTimeoutMillis: 2000 })
    client.on('error', () => {})
    try {
      await client.connect()
      return client
    } catch (error) {
      await client.end().catch(() => {})
      const hasEnded = server.exitCode !== null || server.signalCode !== null
      if (hasEnded || Date.now() > giveUpAt) throw error
    }
    await delay(25)
  }
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
