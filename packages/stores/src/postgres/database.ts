import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { Logger } from '@iaas/common/log'
import { toConnection } from './connection.ts'
import { ignoreConnectionErrors } from './ignore-connection-errors.ts'
import { linkLookup } from './link-lookup.ts'
import { createPreparingClient } from './preparing-client.ts'
import type { Schema } from './tables/schema.ts'
import { translateErrors } from './translate-errors.ts'
import { createWaitedPool } from './waited-pool.ts'

export type Database = Kysely<Schema>

export type DatabaseOptions = {
  readonly url: string
  /** Connections at the most. */
  readonly poolSize: number
  /** How long a new connection may take, and how long a call waits for a free one, ms. */
  readonly connectTimeoutMs?: number
  /** How long a statement may take, ms: whoever finds the database hung is told so within a second. */
  readonly statementTimeoutMs?: number
  /** Whether connections keep the plans of hot statements. */
  readonly preparesStatements?: boolean
  readonly log: Logger
}

/** A pool of connections; they are made when they are needed. The caller ends it with `destroy()`. */
export function createDatabase(options: DatabaseOptions): Database {
  const { url, poolSize, log, connectTimeoutMs = 500, statementTimeoutMs = 700 } = options
  const { preparesStatements = true } = options
  const pool = new pg.Pool({
    // The server's timeout says nothing when the server hangs; the client has one of its own.
    Client: createPreparingClient(preparesStatements ? [linkLookup] : [], statementTimeoutMs + 50),
    ...toConnection(url),
    max: poolSize,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: 'iaas',
    onConnect: ignoreConnectionErrors,
  })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process. One that is lost
  // while the pool ends, as where its server ends as well, is missed by nobody.
  pool.on('error', (error) => {
    if (!pool.ending) log.warn('database connection lost', { error })
  })
  return new Kysely<Schema>({
    dialect: new PostgresDialect({ pool: createWaitedPool(pool, connectTimeoutMs) }),
  })
}

/** Resolves where the database answers. @throws AppError STORE_UNAVAILABLE, STORE_BUSY */
export async function pingDatabase(db: Database): Promise<void> {
  await translateErrors(sql`select 1`.execute(db))
}
