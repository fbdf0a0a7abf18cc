import { makePhoto } from '@iaas/testing/images/make-photo'
import { query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Deployed, provideDeployment } from '../support/deployed.ts'
import { ask, askUntil, getToken, postToken, store, upload } from '../support/http.ts'
import { type ReplicatedDatabase, startReplicatedDatabase } from '../support/replicated-database.ts'
import type { Stack } from '../support/stack.ts'
import { type TcpProxy, startTcpProxy } from '../support/tcp-proxy.ts'
import { createObserver } from './_observations.ts'
import { writeFailOver } from './_outage-table.ts'

describe('F65 a database with a replica', () => {
  let database: ReplicatedDatabase
  let deployed: Deployed
  let api: Stack
  let uploader: Stack
  let photo: Buffer
  let serial = 0
  /** The way to the primary, which gets another port when it is started again. */
  let way: TcpProxy
  const primary = { host: '127.0.0.1', port: 0 }

  beforeAll(async () => {
    database = await startReplicatedDatabase()
    deployed = await provideDeployment()
    primary.port = Number(new URL(database.primaryUrl).port)
    way = await startTcpProxy(primary)
    const env = {
      DATABASE_URL: database.primaryUrl,
      DATABASE_HOSTS: `127.0.0.1:${way.port},${new URL(database.replicaUrl).host}`,
      // The queues are in the database as well.
      REDIS_URL: '',
    }
    api = await deployed.start('api', { env })
    uploader = await deployed.start('uploader', { env })
    photo = await makePhoto({ width: 300, height: 200, format: 'jpeg' })
    await store(api.base, 'photo', photo)
  })
  afterAll(async () => {
    await deployed?.[Symbol.asyncDispose]()
    await way?.[Symbol.asyncDispose]()
    await database?.[Symbol.asyncDispose]()
  })

  const newPath = () => `/photo_${(serial += 1)}_93.jpg`
  const tokenStatus = async () =>
    (await postToken(api.base, { id: `token ${(serial += 1)}` })).status
  const countIn = async (url: string, table: string) =>
    Number((await query(url, `SELECT count(*) FROM ${table}`)).rows[0]?.['count'])
  const isStored = (path: string) => askUntil(({ status }) => status === 307, api.base, path)

  it('is followed to the promoted replica by everything, without a restart', async () => {
    await isStored(newPath())
    await store(api.base, 'before', photo)
    const token = await getToken(api.base, 'taken before')
    const observer = createObserver()
    const known = newPath()
    await isStored(known)

    await database.stopPrimary()
    const stoppedAt = performance.now()
    for (let round = 0; round < 3; round += 1) {
      await observer.note('miss', () => ask(api.base, newPath()))
      await observer.note('hit', () => ask(api.base, known))
      await observer.note('original', () => ask(api.base, '/before.jpg'))
      await observer.note('token', () => postToken(api.base, { id: `token ${(serial += 1)}` }))
      await observer.note('upload', () => upload(api.base, 'taken before', token, photo))
    }
    await database.promote()
    await until(async () => (await tokenStatus()) === 200)
    const recoveryMs = performance.now() - stoppedAt

    expect((await upload(api.base, 'taken before', token, photo)).status).toBe(200)
    await isStored(newPath())
    const names = `SELECT DISTINCT application_name AS name FROM pg_stat_activity`
    const listeners = ['iaas-epochs', 'iaas-link-changes', 'uploads', 'records']
    await until(async () => {
      const { rows } = await query(database.replicaUrl, names)
      return listeners.every((name) => rows.some((row) => row['name'] === name))
    })
    expect([api.process.exitCode, uploader.process.exitCode]).toEqual([null, null])
    const seen = (kind: Parameters<typeof observer.of>[0]) => [...observer.of(kind).statuses]
    expect([seen('original'), seen('token'), seen('upload')]).toEqual([[200], [503], [503]])
    for (const status of [...seen('miss'), ...seen('hit')]) expect([200, 307]).toContain(status)
    await writeFailOver({
      outage: { dependency: 'PostgreSQL', fault: 'promotion' },
      observer,
      recoveryMs,
    })
  })

  it('is not left for an old primary that comes back and accepts writes', async () => {
    const old = await database.restartPrimary()
    primary.port = Number(new URL(old).port)
    const before = await countIn(old, 'tokens')
    await query(
      database.replicaUrl,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'iaas'`,
    )
    const issued = await countIn(database.replicaUrl, 'tokens')
    await until(async () => (await tokenStatus()) === 200)
    expect(await countIn(database.replicaUrl, 'tokens')).toBeGreaterThan(issued)
    expect(await countIn(old, 'tokens')).toBe(before)
  })
})
