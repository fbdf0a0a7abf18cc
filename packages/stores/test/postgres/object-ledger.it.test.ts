import { type ObjectKey, objectKey } from '@iaas/common/digest'
import type { Variant } from '@iaas/common/image'
import { createObjectKeys } from '@iaas/common/object-keys'
import { testCdn } from '@iaas/testing/cdn'
import { query } from '@iaas/testing/postgres'
import { makeVariant } from '@iaas/testing/variants'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createPostgresLinkStore } from '../../src/postgres/link-store.ts'
import { createPostgresObjectLedger, lookUpObject } from '../../src/postgres/object-ledger.ts'
import { createPostgresTokenStore } from '../../src/postgres/token-store.ts'
import { type TestDatabase, openDatabase } from './_database.ts'

const renderedAt = 1_764_000_000_000
const keys = createObjectKeys('a secret that all services share')

describe('the ledger of objects', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database[Symbol.asyncDispose]())

  const find = (key: ObjectKey) => createPostgresObjectLedger(database.db, testCdn).find(key)

  function record(variant: Variant, key: ObjectKey) {
    return createPostgresLinkStore(database.db, { cdn: testCdn }).record(
      variant,
      { key },
      renderedAt,
    )
  }

  it.each([
    ['names its variant', (variant: Variant) => keys.of({ variant, renderedAt })],
    ['is a hash', (variant: Variant) => objectKey(variant, renderedAt)],
  ])('F60 knows the variant of a link whose key %s', async (_, toKey) => {
    const variant = makeVariant({ fit: 'crop', quality: 80, hue: 120 })
    await record(variant, toKey(variant))
    await record({ ...variant, width: 7 }, toKey({ ...variant, width: 7 }))
    expect(await find(toKey(variant))).toEqual({ id: variant.id, variant })
  })

  it.each(['a\\b', '\\x41', 'é 🖼', "it's", '%00'])(
    'F60 knows the image of a key without a link, by an upload: %j',
    async (text) => {
      const { id } = makeVariant()
      const variant = makeVariant({ id: `${text} ${id}` as typeof id })
      await createPostgresTokenStore(database.db).take(variant.id, 60_000)
      const key = keys.of({ variant, renderedAt })
      expect(await find(key)).toEqual({ id: variant.id, variant: undefined })
    },
  )

  it('F60 knows the image of a key without a link, by another link', async () => {
    const variant = makeVariant()
    await record(variant, keys.of({ variant, renderedAt }))
    const key = keys.of({ variant, renderedAt: renderedAt + 1 })
    expect(await find(key)).toEqual({ id: variant.id, variant: undefined })
  })

  it('knows nothing of others: a replaced hash, an address elsewhere, an unknown image', async () => {
    const variant = makeVariant()
    await record(variant, objectKey(variant, renderedAt))
    expect(await find(objectKey(variant, renderedAt - 1))).toBeUndefined()
    const foreign = makeVariant()
    const foreignKey = objectKey(foreign, renderedAt)
    await query(
      database.url,
      `INSERT INTO images (id, x, y, fit, file_type, url) VALUES ($1, 1, 1, 'clip', 'image/jpeg', $2)`,
      [foreign.id, `https://other.example/folder/${foreignKey}`],
    )
    expect(await find(foreignKey)).toBeUndefined()
    expect(await find(keys.of({ variant: makeVariant(), renderedAt }))).toBeUndefined()
  })

  it('R81 reads indexes only, however many links and uploads there are', async () => {
    await query(
      database.url,
      `INSERT INTO images (id, x, y, fit, file_type, url)
         SELECT 'filler ' || n, 1, 1, 'clip', 'image/jpeg', 'https://cdn.example/aa/bb/' || encode(sha256(n::text::bytea), 'hex') || '-1.jpg'
         FROM generate_series(1, 20000) n;
       INSERT INTO tokens (id, image_id, valid_until, used) SELECT 't' || n, 'filler ' || n, now(), 1
         FROM generate_series(1, 20000) n;
       ANALYZE images; ANALYZE tokens`,
    )
    const { sql, parameters } = lookUpObject(objectKey(makeVariant(), renderedAt)).compile(
      database.db,
    )
    const { rows } = await query(database.url, `EXPLAIN ${sql}`, [...parameters])
    const plan = rows.map((row) => String(row['QUERY PLAN']))
    expect(plan.join('\n')).not.toContain('Seq Scan')
    expect(plan.filter((line) => line.includes('Index')).length).toBeGreaterThan(2)
  })
})
