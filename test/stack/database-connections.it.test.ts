import { once } from 'node:events'
import { expect, it } from '@jest/globals'
import { opensslMissing } from '@iaas/testing/certificates'
import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { pgbouncerMissing, startPgbouncer } from '@iaas/testing/pgbouncer'
import { provideDatabase } from '@iaas/testing/postgres'
import { startTlsPostgres } from '@iaas/testing/tls-postgres'
import { askUntil, store } from '../support/http.ts'
import { spawnStack, startStack } from '../support/stack.ts'

const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })

/** An upload, and a rendition that is stored by way of the queue. */
async function storeRendition(base: string): Promise<void> {
  await store(base, 'photo', photo)
  await askUntil(({ status }) => status === 307, base, '/photo_20_20.jpg')
}

describeUnless(pgbouncerMissing, 'a database behind PgBouncer in session mode', () => {
  it('stores renditions without Redis, and takes no `options` from anyone', async () => {
    await using database = await provideDatabase()
    await using pooler = await startPgbouncer(database.url, 'statement_timeout')
    await using stack = await startStack({ env: { DATABASE_URL: pooler.url } })
    await storeRendition(stack.base)
  })
})

describeUnless(opensslMissing, 'a database with TLS', () => {
  it('is all that a service speaks to, encrypted, with PGSSLMODE and PGSSLROOTCERT', async () => {
    await using database = await startTlsPostgres()
    const env = { PGSSLMODE: 'verify-full', PGSSLROOTCERT: database.ca }
    await using stack = await startStack({
      env: { ...env, DATABASE_URL: database.urlWith({}) },
    })
    await storeRendition(stack.base)
    const connections = await database.connections()
    expect(connections.length).toBeGreaterThan(4)
    expect(connections.filter(({ encrypted }) => !encrypted)).toEqual([])
  })

  it('whose certificate is not trusted keeps a service from starting, with one line that says what to set', async () => {
    await using database = await startTlsPostgres()
    await using stack = await spawnStack({
      entry: 'services/api/dist/main.js',
      env: { TOKEN_SECRET: 'secret', DATABASE_URL: database.urlWith({ sslmode: 'require' }) },
    })
    const [code] = (await once(stack.process, 'exit')) as [number]
    expect(code).toBe(1)
    expect(stack.output()).toMatch(
      /^The certificate of the database is not trusted .*sslmode=no-verify\.\n$/m,
    )
  })

  it('is not the embedded one, which needs no TLS whatever PGSSLMODE says', async () => {
    await using stack = await startStack({ env: { PGSSLMODE: 'verify-full' } })
    await storeRendition(stack.base)
  })
})
