import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { describeLinkStore } from '@iaas/testing/contracts/link-store'
import { describeTokenStore } from '@iaas/testing/contracts/token-store'
import { query } from '@iaas/testing/postgres'
import { makeVariant } from '@iaas/testing/variants'
import { createPostgresLinkStore } from '../../src/postgres/link-store.ts'
import { createPostgresTokenStore } from '../../src/postgres/token-store.ts'
import { type TestDatabase, openDatabase } from './_database.ts'

describe('on PostgreSQL', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database[Symbol.asyncDispose]())

  describeLinkStore('the link store', () => createPostgresLinkStore(database.db))

  describeTokenStore('the token store', () => ({
    tokens: createPostgresTokenStore(database.db),
    async age(id, ms) {
      const shift = `UPDATE tokens SET valid_until = valid_until - $2::interval,
        claimed_at = claimed_at - $2::interval WHERE image_id = $1`
      await query(database.url, shift, [id, `${ms} milliseconds`])
    },
  }))

  it('finds a link by one query on the unique index', async () => {
    const variant = makeVariant()
    const store = createPostgresLinkStore(database.db)
    await store.record(variant, { url: 'x' }, 1)
    await query(database.url, 'ANALYZE images')
    const { rows } = await query(
      database.url,
      `EXPLAIN SELECT url FROM images WHERE id = $1 AND x = $2 AND y = $3 AND fit = $4
         AND file_type = $5 AND blur = $6 AND quality = $7`,
      [variant.id, 100, 80, 'clip', 'image/jpeg', false, -1],
    )
    await query(
      database.url,
      `INSERT INTO images SELECT 'filler ' || n, n, n, 'clip', 'image/jpeg', 'u', false, now(), -1 FROM generate_series(1, 5000) n`,
    )
    await query(database.url, 'ANALYZE images')
    const { rows: filled } = await query(
      database.url,
      `EXPLAIN SELECT url FROM images WHERE id = $1 AND x = $2 AND y = $3 AND fit = $4
         AND file_type = $5 AND blur = $6 AND quality = $7`,
      [variant.id, 100, 80, 'clip', 'image/jpeg', false, -1],
    )
    expect(rows.length).toBeGreaterThan(0)
    expect(JSON.stringify(filled)).toContain('Index Scan using unique_image')
  })
})
