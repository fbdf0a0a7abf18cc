import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import type { QueueBackend } from '@iaas/common/bullmq/queue-backend'
import { findFreePort } from '@iaas/testing/free-port'
import { provideDatabase, query } from '@iaas/testing/postgres'
import { ownRedisMissing, startOwnRedis, startTestRedis } from '@iaas/testing/redis'
import { afterAll, describe, expect, it } from '@jest/globals'
import { createRig, newRequest } from './_rig.ts'

const database = await provideDatabase()
const redis = await startTestRedis()
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await redis?.[Symbol.asyncDispose]()
})

const servers = [
  { kind: 'postgres', url: database.url } as const,
  ...(redis === undefined ? [] : [{ kind: 'redis', url: redis.url } as const]),
]

/** An uploader, compiled, in a process of its own, that begins each job and never ends it. */
const hangingUploader = `
  import { createUploader } from '@iaas/uploader/create-uploader'
  const silent = () => {}
  const log = { error: silent, warn: silent, info: silent, debug: silent, child: () => log }
  const begin = () => new Promise(() => process.stdout.write('begun'))
  createUploader({
    backend: JSON.parse(process.env.BACKEND),
    putObject: begin,
    recordLink: begin,
    giveUp: begin,
    concurrency: 1,
    metrics: { job: silent },
    log,
    lockMs: 500,
  })
`

function spawnHangingUploader(backend: QueueBackend): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '--eval', hangingUploader], {
    cwd: join(import.meta.dirname, '..'),
    env: { PATH: process.env['PATH'], BACKEND: JSON.stringify(backend) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

describe.each(servers)('a job on $kind whose uploader is killed', (server) => {
  it('is done by another one', async () => {
    await using rig = createRig(server)
    const child = spawnHangingUploader(rig.backend)
    const exited = once(child, 'exit')
    const request = newRequest()
    await rig.persist(request)
    await once(child.stdout!, 'data')
    await using _uploader = rig.uploader()
    expect(rig.links.rows.size).toBe(0)
    child.kill('SIGKILL')
    await exited
    await rig.untilLinked(request)
    expect(rig.objects.size).toBe(1)
  })
})

const withOwnRedis = ownRedisMissing === undefined ? describe : describe.skip

withOwnRedis('an uploader on a Redis of its own', () => {
  it('starts without Redis, and works once it is there', async () => {
    const port = await findFreePort()
    await using rig = createRig({ kind: 'redis', url: `redis://127.0.0.1:${port}` })
    await using _uploader = rig.uploader()
    await using _server = await startOwnRedis(port)
    const request = newRequest()
    await rig.persistAtLast(request)
    await rig.untilLinked(request)
    expect(rig.objects.size).toBe(1)
  })

  it('works on after Redis was killed and has lost everything', async () => {
    const port = await findFreePort()
    await using first = await startOwnRedis(port)
    await using rig = createRig({ kind: 'redis', url: `redis://127.0.0.1:${port}` })
    await using _uploader = rig.uploader()
    const [before, after] = [newRequest(), newRequest()]
    await rig.persist(before)
    await rig.untilLinked(before)
    await first[Symbol.asyncDispose]()
    await using _second = await startOwnRedis(port)
    await rig.persistAtLast(after)
    await rig.untilLinked(after)
    expect(rig.objects.size).toBe(2)
  })

  it('ends while Redis was never there', async () => {
    await using rig = createRig({ kind: 'redis', url: `redis://127.0.0.1:${await findFreePort()}` })
    const uploader = rig.uploader({ closeLimitMs: 60_000 })
    await expect(uploader[Symbol.asyncDispose]()).resolves.toBeUndefined()
  })

  it('ends while Redis is gone, at the latest at its limit', async () => {
    await using server = await startOwnRedis()
    await using rig = createRig({ kind: 'redis', url: server.url })
    const uploader = rig.uploader({ closeLimitMs: 5000 })
    const request = newRequest()
    await rig.persist(request)
    await rig.untilLinked(request)
    await server[Symbol.asyncDispose]()
    await expect(rig.persist(newRequest())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await uploader[Symbol.asyncDispose]()
  })

  it('ends within its limit while Redis hangs', async () => {
    await using server = await startOwnRedis()
    await using rig = createRig({ kind: 'redis', url: server.url })
    const uploader = rig.uploader({ closeLimitMs: 200 })
    const request = newRequest()
    await rig.persist(request)
    await rig.untilLinked(request)
    server.process.kill('SIGSTOP')
    await expect(uploader[Symbol.asyncDispose]()).resolves.toBeUndefined()
    server.process.kill('SIGCONT')
  })
})

describe('an uploader on a PostgreSQL', () => {
  const newName = () => `test_${randomUUID().replaceAll('-', '')}`

  function urlOf(name: string): string {
    const url = new URL(database.url)
    url.pathname = `/${name}`
    return url.href
  }

  it('starts without its database, and works once that is there', async () => {
    const name = newName()
    await using rig = createRig({ kind: 'postgres', url: urlOf(name) })
    await using _uploader = rig.uploader()
    const request = newRequest()
    await expect(rig.persist(request)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await query(database.url, `CREATE DATABASE ${name}`)
    await rig.persistAtLast(request)
    await rig.untilLinked(request)
  })

  it('works on after all its connections were cut', async () => {
    const name = newName()
    await query(database.url, `CREATE DATABASE ${name}`)
    await using rig = createRig({ kind: 'postgres', url: urlOf(name) })
    await using _uploader = rig.uploader()
    const [before, after] = [newRequest(), newRequest()]
    await rig.persist(before)
    await rig.untilLinked(before)
    const cut = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1'
    await query(database.url, cut, [name])
    await rig.persistAtLast(after)
    await rig.untilLinked(after)
    expect(rig.objects.size).toBe(2)
  })

  it('ends while that was never there', async () => {
    const url = `postgres://nobody@127.0.0.1:${await findFreePort()}/nothing`
    await using rig = createRig({ kind: 'postgres', url })
    const uploader = rig.uploader({ closeLimitMs: 60_000 })
    await expect(uploader[Symbol.asyncDispose]()).resolves.toBeUndefined()
  })
})
