import { Kysely, Migrator, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { toConnection } from './connection.ts'
import { ignoreConnectionErrors } from './ignore-connection-errors.ts'
import { migrations } from './migrations/index.ts'

export type MigrateOptions = {
  readonly url: string
  /** Timeout for waiting for another migrating process, ms. */
  readonly lockTimeoutMs?: number
}

const table = 'iaas_migrations'

/** Key of the advisory lock: "iaas" in ASCII. */
const lockKey = 0x69_61_61_73

/**
 * Migrates the database to the newest schema. Concurrent processes are safe: one migrates, the others wait.
 *
 * @throws Error if the lock is not acquired in time, or a migration fails (and is rolled back)
 */
export async function migrateToLatest({
  url,
  lockTimeoutMs = 30_000,
}: MigrateOptions): Promise<void> {
  // A single connection, because the lock belongs to its session and ends with it.
  const pool = new pg.Pool({
    ...toConnection(url),
    max: 1,
    connectionTimeoutMillis: 3000,
    onConnect: ignoreConnectionErrors,
  })
  pool.on('error', () => {})
  const db = new Kysely<Record<string, never>>({ dialect: new PostgresDialect({ pool }) })
  try {
    await db.connection().execute(async (connection) => {
      // Most starts have nothing to migrate and need no lock.
      if (await isMigrated(connection)) return
      await takeLock(connection, lockTimeoutMs)
      // Requests of running services wait at most this long for a table that is being changed.
      await sql`SET lock_timeout = '5s'`.execute(connection)
      // Another process may have migrated in the meantime.
      if (!(await isMigrated(connection))) await runMigrations(connection)
    })
  } finally {
    await db.destroy()
  }
}

async function takeLock(db: Kysely<Record<string, never>>, timeoutMs: number): Promise<void> {
  await sql`SELECT set_config('lock_timeout', ${`${timeoutMs}ms`}, false)`.execute(db)
  try {
    await sql`SELECT pg_advisory_lock(${lockKey})`.execute(db)
  } catch (cause) {
    throw new Error(`Another process has been migrating the database for over ${timeoutMs} ms.`, {
      cause,
    })
  }
}

/**
 * Returns true if all migrations of this release have been applied. Additional ones belong to a newer release that used
 * this database before. An older release works with them, since migrations only add.
 */
async function isMigrated(db: Kysely<Record<string, never>>): Promise<boolean> {
  const { rows } = await sql<{ exists: boolean }>`
    SELECT to_regclass(${table}) IS NOT NULL AS exists`.execute(db)
  if (rows[0]?.exists !== true) return false
  const done = await sql<{ name: string }>`SELECT name FROM ${sql.table(table)}`.execute(db)
  const names = new Set(done.rows.map(({ name }) => name))
  return Object.keys(migrations).every((name) => names.has(name))
}

async function runMigrations(db: Kysely<Record<string, never>>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    migrationTableName: table,
    // Each only adds something of its own, so one that came late runs after those of higher numbers.
    allowUnorderedMigrations: true,
    migrationLockTableName: 'iaas_migrations_lock',
  })
  const { error, results } = await migrator.migrateToLatest()
  if (error === undefined) return
  const failed =
    results?.find(({ status }) => status === 'Error')?.migrationName ?? 'the first step'
  throw new Error(`The database could not be migrated: ${failed} failed.`, { cause: error })
}
