import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { findFreePort, isFree } from './free-port.ts'
import { createTemporaryFolder } from './temporary-folder.ts'
import { until } from './until.ts'

/** The programs that speak the protocol of Redis. */
export const redisPrograms = ['redis', 'valkey'] as const
export type RedisProgram = (typeof redisPrograms)[number]

/** Why a test cannot start this program on this machine; undefined if it can. */
export function whyMissing(program: RedisProgram): string | undefined {
  const isThere = spawnSync(`${program}-server`, ['--version']).status === 0
  return isThere ? undefined : `${program}-server is not on the PATH`
}

/** A server of a fleet, with a connection that answers the tests. */
export type FleetServer = {
  readonly port: number
  readonly redis: Redis
  /** Kills it. */
  kill(): Promise<void>
}

/** Servers that end together. */
export type Fleet = AsyncDisposable & {
  readonly folder: string
  /** Starts a server with these options of its configuration. */
  start(options: Readonly<Record<string, string>>, mode?: 'sentinel'): Promise<FleetServer>
}

export async function startFleet(program: RedisProgram): Promise<Fleet> {
  const folder = await createTemporaryFolder()
  const started: { readonly child: ChildProcess; readonly redis: Redis }[] = []
  return {
    folder: folder.path,
    async start(options, mode) {
      const port = await findPorts()
      const file = join(folder.path, `${port}.conf`)
      const all = { port: `${port}`, bind: '127.0.0.1', dir: folder.path, ...options }
      const lines = Object.entries(all).map(([name, value]) => `${name} ${value}`)
      await writeFile(file, `${lines.join('\n')}\n`)
      const args = mode === undefined ? [file] : [file, `--${mode}`]
      const child = spawn(`${program}-server`, args, { stdio: 'ignore', cwd: '/' })
      const redis = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 })
      redis.on('error', () => {})
      started.push({ child, redis })
      const ended = once(child, 'exit').then(([code]) => {
        throw new Error(`${program}-server on port ${port} has ended: ${code}.`)
      })
      ended.catch(() => {})
      await Promise.race([redis.ping(), ended])
      return { port, redis, kill: () => end(child, redis) }
    },
    async [Symbol.asyncDispose]() {
      for (const { child, redis } of started) await end(child, redis)
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Returns a free port whose bus port, 10,000 above it, is free as well and no port of outgoing connections. */
async function findPorts(): Promise<number> {
  for (;;) {
    const port = await findFreePort()
    const bus = port + 10_000
    if (bus < 32_000 && (await isFree(bus))) return port
  }
}

async function end(child: ChildProcess, redis: Redis): Promise<void> {
  if (redis.status !== 'end') redis.disconnect()
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** Settings of servers that keep nothing on the disk, and whose replicas copy at once. */
export const volatile = { save: '""', appendonly: 'no', 'repl-diskless-sync-delay': '0' }

/** Resolves once a replica has all that its primary has. */
export async function untilReplicated(primary: Redis): Promise<void> {
  await until(async () => {
    const facts = await primary.info('replication')
    const read = (pattern: RegExp) => pattern.exec(facts)?.[1]
    const offset = read(/^master_repl_offset:(\d+)/m)
    return offset !== undefined && read(/^slave0:.*state=online,offset=(\d+)/m) === offset
  })
}
