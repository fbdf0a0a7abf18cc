import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { opensslMissing } from '@iaas/testing/certificates'
import { describeUnless } from '@iaas/testing/describe-unless'
import { type TlsPostgres, startTlsPostgres } from '@iaas/testing/tls-postgres'
import { provideDatabase, query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { openQueue } from '@iaas/queue/open-queue'
import { createQueueWorker } from '@iaas/queue/queue-worker'
import { parseConfig } from '@iaas/common/config/load'
import { createSilentLogger } from '@iaas/common/log'
import { postgresqlSettings } from '../../src/postgres/config.ts'
import { createDatabase, pingDatabase } from '../../src/postgres/database.ts'
import { createPostgresLinkChanges } from '../../src/postgres/link-changes.ts'
import { migrateWhenReachable } from '../../src/postgres/migrate-when-reachable.ts'
import { z } from 'zod'

const log = createSilentLogger()

/** How a service that starts gets to its database. @throws what it would say */
async function start(url: string): Promise<void> {
  await using _migration = await migrateWhenReachable(url, log)
}

describeUnless(opensslMissing, 'a PostgreSQL with TLS', () => {
  let server: TlsPostgres
  beforeAll(async () => void (server = await startTlsPostgres()))
  afterAll(() => server?.[Symbol.asyncDispose]())

  const root = () => ({ sslrootcert: server.ca })

  it.each(['require', 'verify-full'])(
    'is believed with sslmode=%s by its authority and its name alone',
    async (sslmode) => {
      await start(server.urlWith({ sslmode, ...root() }))
      await expect(start(server.urlWith({ sslmode, ...root() }, '127.0.0.1'))).rejects.toThrow(
        /^The certificate of the database is for another name .*sslmode=verify-ca/,
      )
      await expect(start(server.urlWith({ sslmode }))).rejects.toThrow(
        /^The certificate of the database is not trusted \(\w+\): .*sslrootcert .*sslmode=no-verify/,
      )
    },
  )

  it('is believed with sslmode=verify-ca by its authority, whatever its name', async () => {
    await start(server.urlWith({ sslmode: 'verify-ca', ...root() }, '127.0.0.1'))
    await expect(start(server.urlWith({ sslmode: 'verify-ca' }))).rejects.toThrow(/not trusted/)
  })

  it('is believed with sslmode=no-verify, and asked without TLS with sslmode=disable or none', async () => {
    for (const sslmode of ['no-verify', 'disable']) {
      const db = createDatabase({ url: server.urlWith({ sslmode }), poolSize: 1, log })
      await pingDatabase(db)
      expect(await server.connections()).toEqual([
        { name: 'iaas', encrypted: sslmode === 'no-verify' },
      ])
      await db.destroy()
      await until(async () => (await server.connections()).length === 0)
    }
  })

  it('is spoken to encrypted by everything that connects: stores, changes of links, queues and their workers', async () => {
    const url = server.urlWith({ sslmode: 'verify-full', ...root() })
    await start(url)
    const db = createDatabase({ url, poolSize: 1, log })
    await pingDatabase(db)
    const changes = createPostgresLinkChanges({ url, log })
    const heard: string[] = []
    const subscription = await changes.subscribe(
      (key) => heard.push(key),
      () => {},
    )
    const backend = { kind: 'postgres', url } as const
    const queue = openQueue(backend, 'test', log)
    const done: string[] = []
    const worker = createQueueWorker({
      backend,
      queue: 'test',
      process: async ({ name }) => void done.push(name),
      onDeadly: () => {},
      concurrency: 1,
      lockMs: 30_000,
      log,
    })
    await (await queue.get()).add('job', {})
    await until(() => done.length === 1)
    const isComplete = async () => {
      const names = (await server.connections()).map(({ name }) => name)
      return ['iaas', 'iaas-link-changes'].every((name) => names.includes(name)) && names.length > 4
    }
    await until(isComplete)
    const connections = await server.connections()
    expect(connections.filter(({ encrypted }) => !encrypted)).toEqual([])
    await worker.close(1000)
    await queue.close()
    await subscription[Symbol.asyncDispose]()
    await db.destroy()
  })

  it('F41 whose certificate is no longer good counts as away, not as a defect', async () => {
    const url = server.urlWith({ sslmode: 'verify-full', ...root() })
    const db = createDatabase({ url, poolSize: 2, log })
    await pingDatabase(db)
    await server.renewCertificate()
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'iaas'`
    await query(server.url, end)
    const isRefused = () =>
      pingDatabase(db).then(
        () => false,
        (error: unknown) =>
          /certificate/.test(String(Reflect.get(Object(error), 'cause') ?? error)),
      )
    await until(isRefused)
    await expect(pingDatabase(db)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await db.destroy()
  })

  it('is asked for with PGSSLMODE and PGSSLROOTCERT, too, unless its address says otherwise', async () => {
    const read = (url: string) => {
      const env = { DATABASE_URL: url, PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/etc/ca.pem' }
      const settings = parseConfig(z.object({ postgresql: postgresqlSettings }), {}, env)
      return new URL(settings.postgresql.url ?? '').search
    }
    expect(read('postgres://db/iaas')).toBe('?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem')
    expect(read('postgres://db/iaas?sslmode=disable')).toBe('?sslmode=disable')
  })

  it('has a file of its authority that can be read, or does not start', async () => {
    const url = server.urlWith({ sslmode: 'verify-full', sslrootcert: '/nowhere/ca.pem' })
    await expect(start(url)).rejects.toThrow(
      'postgresql.sslrootcert (PGSSLROOTCERT): the file cannot be read: /nowhere/ca.pem',
    )
  })
})

describe('a PostgreSQL that refuses', () => {
  it('is told of in one line where it has no TLS', async () => {
    await using database = await provideDatabase()
    const url = `${database.url}?sslmode=require`
    await expect(start(url)).rejects.toThrow(
      /^The database has no TLS, which sslmode asks for: .*sslmode=disable/,
    )
  })

  it('is told of in one line where the password is wrong', async () => {
    await using database = await provideDatabase()
    const url = new URL(database.url)
    url.password = 'wrong'
    await expect(start(url.href)).rejects.toThrow(
      /^The database refused the connection: password authentication failed for user "\w+"\. Check DATABASE_URL/,
    )
  })
})

describe('the mode of TLS', () => {
  it.each(['requrie', 'verify_full', 'VERIFY-FULL'])('is not %s', (sslmode) => {
    const read = (env: Readonly<Record<string, string>>) =>
      parseConfig(z.object({ postgresql: postgresqlSettings }), {}, env)
    expect(() => read({ DATABASE_URL: `postgres://u:hidden@db/a?sslmode=${sslmode}` })).toThrow(
      /postgresql\.url \(DATABASE_URL\): .*verify-full.*; received \*\*\*$/m,
    )
    expect(() => read({ PGSSLMODE: sslmode })).toThrow(/postgresql\.sslmode \(PGSSLMODE\)/)
  })
})
