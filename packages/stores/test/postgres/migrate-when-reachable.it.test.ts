import { describe, expect, it } from '@jest/globals'
import { provideDatabase, query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import pg from 'pg'
import { createSilentLogger } from '@iaas/common/log'
import { migrateWhenReachable } from '../../src/postgres/migrate-when-reachable.ts'

const migrated = "SELECT 1 FROM information_schema.tables WHERE table_name = 'iaas_migrations'"

async function startMigration(url: string) {
  const log = createSilentLogger()
  const migration = await migrateWhenReachable(url, log)
  return {
    untilMigrated: () => until(async () => (await query(url, migrated)).rows.length > 0),
    [Symbol.asyncDispose]: () => migration[Symbol.asyncDispose](),
  }
}

describe('a service that starts', () => {
  it('F3 while its database is read-only, migrates it once it can be written to', async () => {
    await using database = await provideDatabase()
    const name = new URL(database.url).pathname.slice(1)
    await query(database.url, `ALTER DATABASE ${name} SET default_transaction_read_only = on`)
    await using migration = await startMigration(database.url)
    expect((await query(database.url, migrated)).rows).toEqual([])
    const writable = new URL(database.url)
    writable.searchParams.set('options', '-c default_transaction_read_only=off')
    await query(writable.href, `ALTER DATABASE ${name} RESET default_transaction_read_only`)
    await migration.untilMigrated()
  })

  it('F3 while an administrator ends the connections of its database, migrates it later', async () => {
    await using database = await provideDatabase()
    const holder = new pg.Client({ connectionString: database.url })
    await holder.connect()
    await holder.query('SELECT pg_advisory_lock($1)', [0x69_61_61_73])
    const starting = startMigration(database.url)
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`
    await until(async () => (await holder.query(end)).rows.length > 0)
    await using migration = await starting
    await holder.end()
    await migration.untilMigrated()
  })
})
