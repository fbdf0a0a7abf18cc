import { randomBytes } from 'node:crypto'
import { startEmbeddedPostgres } from '@iaas/embedded-postgres/embedded-postgres'
import pg from 'pg'
import { createTemporaryFolder } from './temporary-folder.ts'

export type Provided = {
  readonly url: string
  [Symbol.asyncDispose](): Promise<void>
}

/** Settings of a test database, which need not survive a power loss. */
const hasty = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

/** Starts a PostgreSQL for tests: `TEST_DATABASE_URL` or `DATABASE_URL`, otherwise an embedded one. */
export async function startTestPostgres(): Promise<Provided> {
  const url = process.env['TEST_DATABASE_URL'] ?? process.env['DATABASE_URL']
  if (url !== undefined) return { url, async [Symbol.asyncDispose]() {} }
  const folder = await createTemporaryFolder()
  const server = await startEmbeddedPostgres({
    dataDir: `${folder.path}/postgres`,
    settings: hasty,
  })
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Creates an empty database for one suite. */
export async function provideDatabase(): Promise<Provided> {
  const server = await startTestPostgres()
  const name = `test_${randomBytes(8).toString('hex')}`
  await query(server.url, `CREATE DATABASE ${name}`)
  const url = new URL(server.url)
  url.pathname = `/${name}`
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      await query(server.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await server[Symbol.asyncDispose]()
    },
  }
}

/** Holds the locks that a statement takes until it is disposed of. */
export async function holdLocks(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<AsyncDisposable> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('BEGIN')
  await client.query(sql, [...values])
  return { [Symbol.asyncDispose]: () => client.end() }
}

/** Runs one statement on its own connection. */
export async function query(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<pg.QueryResult<Record<string, unknown>>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await client.query(sql, [...values])
  } finally {
    await client.end()
  }
}
