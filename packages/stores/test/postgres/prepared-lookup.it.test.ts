import { describe, expect, it } from '@jest/globals'
import { testCdn } from '@iaas/testing/cdn'
import { makeVariant } from '@iaas/testing/variants'
import { sql } from 'kysely'
import { createSilentLogger } from '@iaas/common/log'
import { createDatabase } from '../../src/postgres/database.ts'
import { createPostgresLinkStore } from '../../src/postgres/link-store.ts'
import { openDatabase } from './_database.ts'

describe('the lookup of a link, and the count of the links of an original,', () => {
  it.each([
    [true, ['iaas_count_links', 'iaas_find_links']],
    [false, []],
  ])('are planned once a connection where that is %s', async (preparesStatements, names) => {
    await using database = await openDatabase(1)
    const log = createSilentLogger()
    const db = createDatabase({ url: database.url, poolSize: 1, preparesStatements, log })
    const links = createPostgresLinkStore(db, { cdn: testCdn })
    const variant = makeVariant()
    await links.record(variant, { address: 'u' }, 1)
    expect(await links.find(variant)).toEqual({ address: 'u' })
    expect(await links.find(variant)).toEqual({ address: 'u' })
    expect(await links.count(variant.id, 10)).toBe(1)
    const listed = sql<{ name: string }>`SELECT name FROM pg_prepared_statements ORDER BY name`
    const { rows } = await listed.execute(db)
    expect(rows.map(({ name }) => name)).toEqual(names)
    await db.destroy()
  })

  it('look for all links of a turn by one statement, with one plan for any number', async () => {
    await using database = await openDatabase(1)
    const links = createPostgresLinkStore(database.db, { cdn: testCdn })
    const variants = Array.from({ length: 60 }, () => makeVariant())
    const [unknown, ...known] = variants
    await Promise.all(known.map((variant) => links.record(variant, { address: variant.id }, 1)))
    // PostgreSQL plans five times anew before it believes that it makes no difference.
    for (let round = 0; round < 5; round += 1) await links.find(makeVariant())
    const found = await Promise.all(variants.map((variant) => links.find(variant)))
    expect(found).toEqual(
      variants.map((one) => (one === unknown ? undefined : { address: one.id })),
    )
    const plans = sql`SELECT custom_plans::int AS own, generic_plans::int AS shared
      FROM pg_prepared_statements`
    expect((await plans.execute(database.db)).rows).toEqual([{ own: 5, shared: 1 }])
  })
})
