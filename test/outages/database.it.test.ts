import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { holdLocks, query } from '@iaas/testing/postgres'
import { ownRedisMissing } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import pg from 'pg'
import { type Deployed, provideDeployment } from '../support/deployed.ts'
import { ask, askUntil, getToken, postToken, store, upload } from '../support/http.ts'
import type { Stack } from '../support/stack.ts'
import { startSlowUpload } from './_slow-upload.ts'

describeUnless(ownRedisMissing, 'a database', () => {
  let deployed: Deployed
  let api: Stack
  let photo: Buffer
  let serial = 0
  let owner: string
  let name: string

  /** The services are not superusers, whom no limit on connections holds. */
  beforeAll(async () => {
    deployed = await provideDeployment()
    name = new URL(deployed.databaseUrl).pathname.slice(1)
    owner = `${name}_owner`
    await query(deployed.databaseUrl, `CREATE ROLE ${owner} LOGIN PASSWORD 'secret'`)
    await query(deployed.databaseUrl, `ALTER DATABASE ${name} OWNER TO ${owner}`)
    await query(deployed.databaseUrl, `ALTER SCHEMA public OWNER TO ${owner}`)
    const url = new URL(deployed.env['DATABASE_URL'] ?? '')
    Object.assign(url, { username: owner, password: 'secret' })
    const env = { DATABASE_URL: url.href }
    api = await deployed.start('api', { env })
    await deployed.start('uploader', { env })
    photo = await makePhoto({ width: 300, height: 200, format: 'jpeg' })
    await store(api.base, 'photo', photo)
  })
  afterAll(async () => {
    const server = new URL(deployed.databaseUrl)
    server.pathname = '/postgres'
    await deployed[Symbol.asyncDispose]()
    // Where the server has gone with its database, so has the role.
    await query(server.href, `DROP ROLE ${owner}`).catch(() => {})
  })
  afterEach(() => {
    if (api.process.exitCode !== null) throw new Error(`The api has ended:\n${api.output()}`)
    expect(api.output()).not.toMatch(/unhandled/i)
  })

  const newPath = () => `/photo_${(serial += 1)}_97.jpg`
  const sql = (text: string) => query(deployed.databaseUrl, text)
  const endConnections = () =>
    sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${owner}'`)

  async function expectServed(): Promise<void> {
    expect((await ask(api.base, newPath())).status).toBe(200)
    expect((await ask(api.base, '/photo.jpg')).body.equals(photo)).toBe(true)
  }

  async function expectUploadsRefused(): Promise<void> {
    const { status, headers } = await postToken(api.base, { id: `new ${(serial += 1)}` })
    expect([status, headers['retry-after']]).toEqual([503, '1'])
  }

  async function expectWell(): Promise<void> {
    const issues = async () => (await postToken(api.base, { id: `well ${(serial += 1)}` })).status
    await until(async () => (await issues()) === 200)
    await store(api.base, `stored ${(serial += 1)}`, photo)
    await askUntil(({ status }) => status === 307, api.base, newPath())
  }

  it('F3 that is read-only serves, and refuses uploads', async () => {
    await sql(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
    await endConnections()
    await expectServed()
    await until(async () => (await ask(api.base, '/_health')).status === 200)
    await expectUploadsRefused()
    await makeWritable()
    await endConnections()
    await expectWell()
  })

  /** As a superuser, whose connections are read-only as well. */
  async function makeWritable(): Promise<void> {
    const client = new pg.Client({ connectionString: deployed.databaseUrl })
    await client.connect()
    await client.query('SET default_transaction_read_only = off')
    await client.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`)
    await client.end()
  }

  it('F3 that has no connection left serves, and refuses uploads', async () => {
    await sql(`ALTER DATABASE ${name} CONNECTION LIMIT 0`)
    await endConnections()
    await expectServed()
    await expectUploadsRefused()
    await sql(`ALTER DATABASE ${name} CONNECTION LIMIT -1`)
    await expectWell()
  })

  it('F3 whose connections are cut again and again serves all the while', async () => {
    for (let round = 0; round < 10; round += 1) {
      await Promise.all([endConnections(), expectServed(), expectServed()])
    }
    await expectWell()
  })

  it('F2 whose table is locked serves all the while', async () => {
    {
      await using _lock = await holdLocks(
        deployed.databaseUrl,
        'LOCK TABLE images IN ACCESS EXCLUSIVE MODE',
      )
      await expectServed()
      const startedAt = performance.now()
      await expectServed()
      // Nobody waits for the lock.
      expect(performance.now() - startedAt).toBeLessThan(10_000)
    }
    await expectWell()
  })

  it('F4 that commits an upload and cannot say so keeps it, though the client is told 503', async () => {
    const id = `committed ${(serial += 1)}`
    const token = await getToken(api.base, id)
    const started = await startSlowUpload(api.base, id, token, photo)
    const isClaimed = `SELECT 1 FROM tokens WHERE image_id = '${id}' AND used = 1`
    await until(async () => (await sql(isClaimed)).rowCount === 1)
    await deployed.proxies.database.set({ kind: 'cut', afterBytes: 0 })
    expect(await started.finish()).toBe(503)
    await deployed.proxies.database.set({ kind: 'none' })
    await expectWell()
    // Once more with the same token: it is used. The original is there, whole, and its row says so.
    expect((await upload(api.base, id, token, photo)).status).toBe(403)
    expect((await postToken(api.base, { id })).status).toBe(403)
    expect((await ask(api.base, `/${encodeURIComponent(id)}.jpg`)).body.equals(photo)).toBe(true)
    const { rows } = await sql(`SELECT uploaded_at FROM tokens WHERE image_id = '${id}'`)
    expect(rows[0]?.['uploaded_at']).not.toBeNull()
  })
})
