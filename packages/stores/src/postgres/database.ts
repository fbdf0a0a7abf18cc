import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { Logger } from '@iaas/common/log'
import { toConnection } from './connection.ts'
import { ignoreConnectionErrors } from './ignore-connection-errors.ts'
import { linkCount } from './link-count.ts'
import { linkLookup } from './link-lookup.ts'
import { createPreparingClient } from './preparing-client.ts'
import type { Schema } from './tables/schema.ts'
import { translateErrors } from './translate-errors.ts'
import { createWaitedPool } from './waited-pool.ts'

export type Database = Kysely<Schema>

export type DatabaseOptions = {
  readonly url: string
  /** Maximum number of connections. */
  readonly poolSize: number
  /** Timeout for opening a connection and for waiting for a free one, ms. */
  readonly connectTimeoutMs?: number
  /** Timeout of a statement, ms, so that a hung database is noticed within a second. */
  readonly statementTimeoutMs?: number
  /** If true, connections keep the plans of hot statements. */
  readonly preparesStatements?: boolean
  readonly log: Logger
}

/** Creates a pool that opens connections on demand. The caller ends it with `destroy()`. */
export function createDatabase(options: DatabaseOptions): Database {
  const { url, poolSize, log, connectTimeoutMs = 500, statementTimeoutMs = 700 } = options
  const { preparesStatements = true } = options
  const prepared = preparesStatements ? [linkLookup, linkCount] : []
  const { Client, ...connection } = toConnection(url)
  const pool = new pg.Pool({
    // The server's own timeout does not fire when the server hangs, so the client has one as well.
    Client: createPreparingClient(prepared, statementTimeoutMs + 50, Client),
    ...connection,
    max: poolSize,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: 'iaas',
    onConnect: ignoreConnectionErrors,
  })
  // The pool replaces an idle connection that breaks, but without a listener the event would end the process. A
  // connection lost while the pool is ending needs no report.
  pool.on('error', (error) => {
    if (!pool.ending) log.warn('database connection lost', { error })
  })
  return new Kysely<Schema>({
    dialect: new PostgresDialect({ pool: createWaitedPool(pool, connectTimeoutMs) }),
  })
}

/** Resolves if the database answers. @throws AppError STORE_UNAVAILABLE, STORE_BUSY */
export async function pingDatabase(db: Database): Promise<void> {
  await translateErrors(sql`select 1`.execute(db))
}
