import { describe, expect, it } from '@jest/globals'
import { makeVariant } from '@iaas/testing/variants'
import { sql } from 'kysely'
import { createSilentLogger } from '../../src/log.ts'
import { createDatabase } from '../../src/postgres/database.ts'
import { createPostgresLinkStore } from '../../src/postgres/link-store.ts'
import { openDatabase } from './_database.ts'

describe('the lookup of a link', () => {
  it.each([
    [true, ['iaas_find_link']],
    [false, []],
  ])('is planned once a connection where that is %s', async (preparesStatements, names) => {
    await using database = await openDatabase(1)
    const log = createSilentLogger()
    const db = createDatabase({ url: database.url, poolSize: 1, preparesStatements, log })
    const links = createPostgresLinkStore(db)
    const variant = makeVariant()
    await links.record(variant, { url: 'u' }, 1)
    expect(await links.find(variant)).toEqual({ url: 'u' })
    expect(await links.find(variant)).toEqual({ url: 'u' })
    const { rows } = await sql<{ name: string }>`SELECT name FROM pg_prepared_statements`.execute(
      db,
    )
    expect(rows.map(({ name }) => name)).toEqual(names)
    await db.destroy()
  })
})
