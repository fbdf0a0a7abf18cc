import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { GenericContainer } from 'testcontainers'
import { findFreePort } from './free-port.ts'
import type { Provided } from './postgres.ts'
import { until } from './until.ts'

/** A Redis that a test may stop, hang and kill. */
export type OwnRedis = Provided & {
  readonly process: ChildProcess
  readonly port: number
  /** Deletes everything. */
  flushAll(): Promise<void>
  /** Deletes the keys that match these patterns. */
  delete(...patterns: readonly string[]): Promise<void>
  /** Limits its memory, such as to `1mb`; `0` removes the limit. */
  setMaxMemory(size: string): Promise<void>
  /** Returns the number of members of a sorted set. */
  countSorted(key: string): Promise<number>
  /** Returns the keys that match a pattern, with the fields of hashes; one line each. */
  tell(pattern: string): Promise<readonly string[]>
  /** Records the commands it receives from now on. */
  watch(): Promise<RedisWatch>
}

export type RedisWatch = AsyncDisposable & {
  /** Returns the received commands with this text in an argument, except those called by scripts. */
  about(text: string): readonly string[]
}

const hasServer = spawnSync('redis-server', ['--version']).status === 0

/** Why a test cannot start its own Redis on this machine; undefined if it can. */
export const ownRedisMissing = hasServer ? undefined : 'redis-server is not on the PATH'

/** Starts a `redis-server` for the caller, in memory. */
export async function startOwnRedis(port?: number): Promise<OwnRedis> {
  const chosen = port ?? (await findFreePort())
  const args = ['--port', `${chosen}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const server = spawn('redis-server', args, { stdio: 'ignore', cwd: '/' })
  const url = `redis://127.0.0.1:${chosen}`
  await until(() => answers(url))
  return {
    url,
    port: chosen,
    process: server,
    flushAll: async () => void (await withClient(url, (redis) => redis.flushall())),
    delete: (...patterns) => withClient(url, (redis) => deleteKeys(redis, patterns)),
    setMaxMemory: async (size) =>
      void (await withClient(url, (redis) => redis.config('SET', 'maxmemory', size))),
    countSorted: (key) => withClient(url, (redis) => redis.zcard(key)),
    tell: (pattern) => withClient(url, (redis) => tellKeys(redis, pattern)),
    watch: () => watch(url),
    async [Symbol.asyncDispose]() {
      if (server.exitCode !== null || server.signalCode !== null) return
      const exited = once(server, 'exit')
      server.kill('SIGKILL')
      await exited
    },
  }
}

/**
 * Starts a Redis for tests: `TEST_REDIS_URL` or `REDIS_URL`, otherwise `redis-server` on the PATH, otherwise a
 * container if a Docker engine answers. Returns undefined if there is none of them.
 */
export async function startTestRedis(): Promise<Provided | undefined> {
  const url = process.env['TEST_REDIS_URL'] ?? process.env['REDIS_URL']
  if (url !== undefined) return { url, async [Symbol.asyncDispose]() {} }
  if (hasServer) return startOwnRedis()
  return startContainer().catch(() => undefined)
}

async function watch(url: string): Promise<RedisWatch> {
  const redis = new Redis(url, { retryStrategy: () => null })
  const monitor = await redis.monitor()
  const commands: (readonly string[])[] = []
  monitor.on('monitor', (_time: string, command: readonly string[], source: string) => {
    if (source !== 'lua') commands.push(command)
  })
  return {
    about: (text) =>
      commands
        .filter((command) => command.some((part) => part.includes(text)))
        .map(([name = '']) => name.toLowerCase()),
    async [Symbol.asyncDispose]() {
      monitor.disconnect()
      redis.disconnect()
    },
  }
}

async function startContainer(): Promise<Provided> {
  const container = await new GenericContainer('redis:8-alpine').withExposedPorts(6379).start()
  return {
    url: `redis://${container.getHost()}:${container.getMappedPort(6379)}`,
    async [Symbol.asyncDispose]() {
      await container.stop()
    },
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await withClient(url, (redis) => redis.ping())
    return true
  } catch {
    return false
  }
}

const deleteScript = `
for _, pattern in ipairs(ARGV) do
  for _, key in ipairs(redis.call('KEYS', pattern)) do redis.call('DEL', key) end
end`

/** Deletes all at once: a job that is added meanwhile has all of its keys, or none. */
async function deleteKeys(redis: Redis, patterns: readonly string[]): Promise<void> {
  await redis.eval(deleteScript, 0, ...patterns)
}

async function tellKeys(redis: Redis, pattern: string): Promise<readonly string[]> {
  const lines: string[] = []
  for (const key of await redis.keys(pattern)) {
    const isHash = (await redis.type(key)) === 'hash'
    lines.push(isHash ? `${key} ${JSON.stringify(await redis.hgetall(key))}` : key)
  }
  return lines
}

async function withClient<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  redis.on('error', () => {})
  try {
    await redis.connect()
    return await work(redis)
  } finally {
    // On a connection that has already ended, this would only start a timer.
    if (redis.status !== 'end') redis.disconnect()
  }
}
