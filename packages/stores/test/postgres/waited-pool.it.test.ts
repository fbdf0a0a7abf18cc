import { setImmediate } from 'node:timers/promises'
import { createSilentLogger } from '@iaas/common/log'
import { type Database, createDatabase, pingDatabase } from '@iaas/stores/postgres/database'
import { provideDatabase } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'

/** Keeps the event loop from going on. */
function blockFor(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** Returns true once it has its connection, which a busy machine may open too late several times. */
function isThere(db: Database): Promise<boolean> {
  return pingDatabase(db).then(
    () => true,
    () => false,
  )
}

const options = { poolSize: 1, log: createSilentLogger() }

describe('a pool of connections to the database', () => {
  it('F29 says that it is busy while the database answers those that have one', async () => {
    await using database = await provideDatabase()
    const db = createDatabase({ url: database.url, connectTimeoutMs: 300, ...options })
    await until(() => isThere(db))
    const sleeps = Array.from({ length: 100 }, () => sql`select pg_sleep(0.02)`.execute(db))
    await expect(pingDatabase(db)).rejects.toMatchObject({ code: 'STORE_BUSY' })
    const results = await Promise.allSettled(sleeps)
    expect(results[0]).toMatchObject({ status: 'fulfilled' })
    expect(results.at(-1)).toMatchObject({ reason: { code: 'STORE_BUSY' } })
    await until(() => isThere(db))
    await db.destroy()
  })

  it('F46 connects again if this process was too busy to hear of its connection', async () => {
    await using database = await provideDatabase()
    const db = createDatabase({ url: database.url, connectTimeoutMs: 100, ...options })
    const pinged = pingDatabase(db)
    await setImmediate()
    blockFor(200)
    await pinged
    await db.destroy()
  })

  it('F29 says that the database does not answer where it answers nobody', async () => {
    await using database = await provideDatabase()
    const db = createDatabase({ url: database.url, connectTimeoutMs: 100, ...options })
    await until(() => isThere(db))
    const long = sql`select pg_sleep(0.5)`.execute(db)
    await expect(pingDatabase(db)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await long
    await db.destroy()
  })
})
