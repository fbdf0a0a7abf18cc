import { type ExpressionBuilder, sql } from 'kysely'
import type { Variant } from '../image/index.ts'
import type { LinkStore } from '../ports/link-store.ts'
import type { Database } from './database.ts'
import { toColumns } from './link-row.ts'
import type { Schema } from './tables/schema.ts'
import { translateErrors } from './translate-errors.ts'

const variantColumns = ['id', 'x', 'y', 'fit', 'file_type', 'blur', 'quality'] as const

/** The links in the table `images`. The database is the caller's. */
export function createPostgresLinkStore(db: Database): LinkStore {
  return {
    async find(variant) {
      const query = db.selectFrom('images').select('url').where(isRowOf(variant))
      return translateErrors(query.executeTakeFirst())
    },
    async record(variant, { url }, renderedAt) {
      const rendered_at = new Date(renderedAt)
      const query = db
        .insertInto('images')
        .values({ ...toColumns(variant), url, rendered_at })
        .onConflict((conflict) =>
          conflict
            .columns([...variantColumns])
            .doUpdateSet({ url, rendered_at })
            // The seed's rows may have no time: whatever has one is newer.
            .where(
              sql<boolean>`images.rendered_at is null or images.rendered_at < excluded.rendered_at`,
            ),
        )
      await translateErrors(query.execute())
    },
    async remove(variant, { url }) {
      const query = db.deleteFrom('images').where(isRowOf(variant)).where('url', '=', url)
      await translateErrors(query.execute())
    },
    async count(id, limit) {
      const rows = db.selectFrom('images').select('id').where('id', '=', id).limit(limit)
      const query = db
        .selectFrom(rows.as('rows'))
        .select((eb) => eb.fn.countAll<string>().as('count'))
      const counted = await translateErrors(query.executeTakeFirstOrThrow())
      return Number(counted.count)
    },
  }
}

function isRowOf(variant: Variant) {
  const columns = toColumns(variant)
  return (eb: ExpressionBuilder<Schema, 'images'>) =>
    eb.and(variantColumns.map((name) => eb(name, '=', columns[name])))
}
