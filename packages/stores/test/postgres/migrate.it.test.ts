import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { testCdn } from '@iaas/testing/cdn'
import { provideDatabase, query } from '@iaas/testing/postgres'
import { makeVariant } from '@iaas/testing/variants'
import pg from 'pg'
import { parseImageId } from '@iaas/common/image'
import { createSilentLogger } from '@iaas/common/log'
import { createDatabase } from '../../src/postgres/database.ts'
import { createPostgresLinkStore } from '../../src/postgres/link-store.ts'
import { migrateToLatest } from '../../src/postgres/migrate.ts'
import { migrations } from '../../src/postgres/migrations/index.ts'
import { createPostgresTokenStore } from '../../src/postgres/token-store.ts'

describe('migrateToLatest', () => {
  it('F25 may be run by any number of processes at once, and again', async () => {
    await using database = await provideDatabase()
    await Promise.all(Array.from({ length: 8 }, () => migrateToLatest({ url: database.url })))
    await migrateToLatest({ url: database.url })
    const { rows } = await query(database.url, 'SELECT name FROM iaas_migrations ORDER BY name')
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(migrations))
  })

  it('F25 leaves a database as it is that a newer release has been at', async () => {
    await using database = await provideDatabase()
    await migrateToLatest({ url: database.url })
    await query(
      database.url,
      "INSERT INTO iaas_migrations VALUES ('9999-of-a-newer-release', '2099-01-01T00:00:00Z')",
    )
    await migrateToLatest({ url: database.url })
    const { rows } = await query(database.url, 'SELECT name FROM iaas_migrations ORDER BY name')
    expect(rows.map(({ name }) => name)).toEqual([
      ...Object.keys(migrations),
      '9999-of-a-newer-release',
    ])
  })

  it('F25 runs a migration that is missing among those that were run', async () => {
    await using database = await provideDatabase()
    await migrateToLatest({ url: database.url })
    await query(database.url, 'DROP TABLE replacements')
    await query(database.url, "DELETE FROM iaas_migrations WHERE name = '0009-replacements'")
    await migrateToLatest({ url: database.url })
    await query(database.url, 'SELECT * FROM replacements')
    const { rows } = await query(database.url, 'SELECT name FROM iaas_migrations')
    expect(rows).toHaveLength(Object.keys(migrations).length)
  })

  it('F25 waits for nobody where there is nothing to do', async () => {
    await using database = await provideDatabase()
    await migrateToLatest({ url: database.url })
    const holder = new pg.Client({ connectionString: database.url })
    await holder.connect()
    await holder.query('SELECT pg_advisory_lock($1)', [0x69_61_61_73])
    await migrateToLatest({ url: database.url, lockTimeoutMs: 200 })
    await holder.end()
  })

  it('F25 takes a migration that is older than its own, and that it does not know, for damage', async () => {
    await using database = await provideDatabase()
    await migrateToLatest({ url: database.url })
    await query(
      database.url,
      `DELETE FROM iaas_migrations WHERE name = '${Object.keys(migrations).at(-1)}'`,
    )
    await query(
      database.url,
      "INSERT INTO iaas_migrations VALUES ('0000-of-somebody-else', '2020-01-01T00:00:00Z')",
    )
    const damage = { cause: { message: expect.stringContaining('0000-of-somebody-else') } }
    await expect(migrateToLatest({ url: database.url })).rejects.toMatchObject(damage)
  })

  it('F25 gives up within its limit where another process holds the lock', async () => {
    await using database = await provideDatabase()
    const holder = new pg.Client({ connectionString: database.url })
    await holder.connect()
    await holder.query('SELECT pg_advisory_lock($1)', [0x69_61_61_73])
    await expect(migrateToLatest({ url: database.url, lockTimeoutMs: 200 })).rejects.toThrow(
      'Another process has been migrating the database for over 200 ms.',
    )
    await holder.end()
    await migrateToLatest({ url: database.url })
  })

  it('F25 fails where a table is in use, changes nothing, and keeps no request waiting for long', async () => {
    await using database = await provideDatabase()
    await query(database.url, 'CREATE TABLE images (id VARCHAR(255), x INT)')
    const holder = new pg.Client({ connectionString: database.url })
    await holder.connect()
    await holder.query('BEGIN')
    await holder.query('SELECT count(*) FROM images')
    // Whoever waits for longer than a migration may is let go on, and fails for another reason.
    const letGo = setTimeout(() => void holder.query('ROLLBACK'), 10_000)
    const lockNotAvailable = { cause: { code: '55P03' } }
    await expect(migrateToLatest({ url: database.url })).rejects.toMatchObject(lockNotAvailable)
    clearTimeout(letGo)
    await holder.end()
    const { rows } = await query(
      database.url,
      "SELECT column_name FROM information_schema.columns WHERE table_name = 'images' ORDER BY 1",
    )
    expect(rows.map((row) => row['column_name'])).toEqual(['id', 'x'])
  })

  it('takes over the tables of the very first seed', async () => {
    await using database = await provideDatabase()
    await query(
      database.url,
      `CREATE TABLE images (id VARCHAR(255), x INT, y INT, fit VARCHAR(8), file_type VARCHAR(8), url VARCHAR(255));
       CREATE UNIQUE INDEX unique_image ON images(id,x,y,fit,file_type);
       CREATE TABLE tokens (id VARCHAR(255), image_id VARCHAR(255), valid_until TEXT, used INT);
       CREATE UNIQUE INDEX unique_token ON tokens(id);
       CREATE UNIQUE INDEX unique_image_request ON tokens(image_id);
       INSERT INTO images VALUES ('cat', 10, 20, 'clip', 'png', 'https://cdn.example/cat');
       INSERT INTO tokens VALUES ('t', 'dog', '2099-01-01 00:00:00+00', 0);`,
    )
    await migrateToLatest({ url: database.url })
    const { rows } = await query(database.url, 'SELECT url, blur, quality FROM images')
    expect(rows).toEqual([{ url: 'https://cdn.example/cat', blur: false, quality: -1 }])
    await using db = disposable(
      createDatabase({ url: database.url, poolSize: 2, log: createSilentLogger() }),
    )
    expect(await createPostgresTokenStore(db.db).claim('t', parseImageId('dog'), 60_000)).toBe(true)
  })

  it('takes an index that was built before as the one of the lookup', async () => {
    await using database = await provideDatabase()
    await query(
      database.url,
      `${seedTable}; CREATE UNIQUE INDEX unique_image ON images ${variantColumns}`,
    )
    const early = `CREATE UNIQUE INDEX CONCURRENTLY unique_image_with_url ON images ${variantColumns} INCLUDE (url)`
    await query(database.url, early)
    const before = await query(
      database.url,
      "SELECT pg_relation_filenode('unique_image_with_url') AS file",
    )
    await migrateToLatest({ url: database.url })
    const after = await query(database.url, "SELECT pg_relation_filenode('unique_image') AS file")
    expect(after.rows).toEqual(before.rows)
    expect(await indexNames(database.url)).not.toContain('unique_image_with_url')
  })

  it('builds the index of the lookup anew where building it before was given up', async () => {
    await using database = await provideDatabase()
    await query(
      database.url,
      `${seedTable};
       INSERT INTO images (id, x, y, fit, file_type, url) SELECT 'twin', 1, 1, 'clip', 'image/jpeg', 'u' FROM generate_series(1, 2)`,
    )
    const early = `CREATE UNIQUE INDEX CONCURRENTLY unique_image_with_url ON images ${variantColumns} INCLUDE (url)`
    await expect(query(database.url, early)).rejects.toMatchObject({ code: '23505' })
    await query(database.url, 'DELETE FROM images')
    await migrateToLatest({ url: database.url })
    expect(await indexDefinition(database.url)).toContain('INCLUDE (url)')
  })

  it('leaves the index as it is where an address is too long for it, and finds it all the same', async () => {
    await using database = await provideDatabase()
    const digits = "(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 300) n)"
    await query(
      database.url,
      `${seedTable};
       INSERT INTO images (id, x, y, fit, file_type, url) VALUES ('long', 1, 1, 'clip', 'image/jpeg', ${digits})`,
    )
    await migrateToLatest({ url: database.url })
    expect(await indexDefinition(database.url)).not.toContain('INCLUDE')
    const { rows } = await query(database.url, "SELECT length(url) FROM images WHERE id = 'long'")
    expect(rows).toEqual([{ length: 9600 }])
  })
})

/** The table as the newest seed makes it. */
const seedTable = `CREATE TABLE images (id VARCHAR(255), x INT, y INT, fit VARCHAR(8), file_type VARCHAR(16), url TEXT,
  blur BOOLEAN DEFAULT 'f', rendered_at TIMESTAMPTZ DEFAULT NULL, quality INT NOT NULL DEFAULT -1)`
const variantColumns = '(id, x, y, fit, file_type, blur, quality)'

async function indexNames(url: string) {
  const { rows } = await query(url, "SELECT indexname FROM pg_indexes WHERE tablename = 'images'")
  return rows.map((row) => row['indexname'])
}

async function indexDefinition(url: string) {
  const { rows } = await query(url, "SELECT pg_get_indexdef('unique_image'::regclass) AS sql")
  return rows[0]?.['sql']
}

describe('a database that does not answer', () => {
  it.each([
    ['refuses', async () => ({ port: 1, close: async () => {} })],
    ['accepts and says nothing', listenAndSayNothing],
  ])('that %s is STORE_UNAVAILABLE within the time limits', async (_name, open) => {
    const server = await open()
    const url = `postgres://user:secret@127.0.0.1:${server.port}/db`
    await using db = disposable(
      createDatabase({ url, poolSize: 2, connectTimeoutMs: 100, log: createSilentLogger() }),
    )
    const failure: unknown = await createPostgresLinkStore(db.db, { cdn: testCdn })
      .find(makeVariant())
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(String(failure)).not.toContain('secret')
    await server.close()
  })
})

async function listenAndSayNothing() {
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

function disposable(db: ReturnType<typeof createDatabase>) {
  return { db, [Symbol.asyncDispose]: () => db.destroy() }
}
