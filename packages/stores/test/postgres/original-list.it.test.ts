import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import type { OriginalQuery } from '@iaas/common/ports/original-ledger'
import { query } from '@iaas/testing/postgres'
import { listOriginals, toListQuery } from '../../src/postgres/original-list.ts'
import { type TestDatabase, openDatabase } from './_database.ts'

const rows = Number(process.env['ORIGINALS_ROWS'] ?? 20_000)

/** Every tenth one is deleted; of a hundred one is a PNG. Several have the same time and size. */
const seed = `INSERT INTO originals (id, version, bytes, format, width, height, uploaded_at, deleted_at)
  SELECT 'id-' || lpad(n::text, 7, '0'), '1.' || n, n % 5000, CASE WHEN n % 100 = 1 THEN 'png' ELSE 'jpg' END,
    4, 3, timestamptz '2026-01-01' + (n / 3) * interval '1 second', CASE WHEN n % 10 = 0 THEN now() END
  FROM generate_series(1, $1::int) AS n`

const byTime: OriginalQuery = { limit: 100, sort: 'uploaded_at', isDescending: true }

const queries: readonly OriginalQuery[] = [
  byTime,
  { ...byTime, isDescending: false },
  { ...byTime, sort: 'id' },
  { ...byTime, sort: 'bytes' },
  { ...byTime, after: { value: '2026-01-01T01:00:00.000Z', id: 'id-0010800' } },
  { ...byTime, sort: 'bytes', isDescending: false, after: { value: 2500, id: 'id-0002500' } },
  { ...byTime, sort: 'id', isDescending: false, prefix: 'id-0004' },
  { ...byTime, uploadedAfter: new Date('2026-01-01T01:00:00Z') },
  { ...byTime, sort: 'bytes', minBytes: 4000, maxBytes: 4100 },
  { ...byTime, format: 'png' },
]

describe('list of originals on PostgreSQL', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openDatabase()
    await query(database.url, seed, [rows])
    await query(database.url, 'VACUUM ANALYZE originals')
  })
  afterAll(() => database[Symbol.asyncDispose]())

  const list = (asked: OriginalQuery) => listOriginals(database.db, asked)

  it.each(queries)('R84 reads a page in the order of an index: %j', async (asked) => {
    const plan = await sql<{ 'QUERY PLAN': string }>`EXPLAIN ${toListQuery(asked)}`.execute(
      database.db,
    )
    const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(text).toMatch(/Index (?:Only )?Scan/)
    expect(text).not.toMatch(/Seq Scan|Sort/)
  })

  it.each(['id', 'uploaded_at', 'bytes'] as const)(
    'gives every present one once by %s',
    async (sort) => {
      const seen = []
      let page = await list({ ...byTime, limit: 1000, sort })
      while (page.length > 0) {
        seen.push(...page)
        const last = page[page.length - 1]!
        const value = { id: last.id, uploaded_at: last.modifiedAt.toISOString(), bytes: last.size }[
          sort
        ]
        page = await list({ ...byTime, limit: 1000, sort, after: { value, id: last.id } })
      }
      expect([seen.length, new Set(seen.map(({ id }) => id)).size]).toEqual([
        rows * 0.9,
        rows * 0.9,
      ])
    },
  )

  it('combines what it is asked for', async () => {
    const found = await list({
      ...byTime,
      prefix: 'id-00001',
      format: 'png',
      minBytes: 110,
      maxBytes: 170,
      uploadedAfter: new Date('2026-01-01T00:00:01Z'),
      uploadedBefore: new Date('2026-01-02T00:00:00Z'),
    })
    expect(found.map(({ id }) => id)).toEqual([])
    const one = await list({ ...byTime, prefix: 'id-00001', format: 'png', maxBytes: 101 })
    expect(one.map(({ id, size }) => [id, size])).toEqual([['id-0000101', 101]])
  })

  it('T77 takes the characters of a prefix literally', async () => {
    for (const prefix of ['%', "id-' OR true --", 'id_', '\\'])
      expect(await list({ ...byTime, prefix })).toEqual([])
  })
})
