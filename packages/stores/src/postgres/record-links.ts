import { sql } from 'kysely'
import { type Variant, type VariantKey, variantKey } from '@iaas/common/image'
import type { Database } from './database.ts'
import { linkColumnNames, toColumns } from './link-row.ts'
import { translateErrors } from './translate-errors.ts'

export type LinkRecord = {
  readonly variant: Variant
  /** Whole address of the object. */
  readonly url: string
  /** ms since the epoch. */
  readonly renderedAt: number
}

/** Records several links with one statement. The later rendition of each variant wins. */
export async function recordLinks(db: Database, records: readonly LinkRecord[]): Promise<void> {
  const rows = inOrder(latestOfEach(records)).map(toRow)
  const query = db
    .insertInto('images')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns([...linkColumnNames])
        .doUpdateSet((eb) => ({
          url: eb.ref('excluded.url'),
          rendered_at: eb.ref('excluded.rendered_at'),
        }))
        // Rows of the legacy iaas may have no time; any time is newer.
        .where(
          sql<boolean>`images.rendered_at is null or images.rendered_at < excluded.rendered_at`,
        ),
    )
  await translateErrors(query.execute())
}

function toRow({ variant, url, renderedAt }: LinkRecord) {
  return { ...toColumns(variant), url, rendered_at: new Date(renderedAt) }
}

/** Keeps the latest record of each variant. PostgreSQL rejects a statement that would write a row twice. */
function latestOfEach(records: readonly LinkRecord[]): ReadonlyMap<VariantKey, LinkRecord> {
  const latest = new Map<VariantKey, LinkRecord>()
  for (const record of records) {
    const key = variantKey(record.variant)
    const known = latest.get(key)
    if (known === undefined || known.renderedAt < record.renderedAt) latest.set(key, record)
  }
  return latest
}

/** Sorts the records: uploaders that lock the same rows in different orders would deadlock. */
function inOrder(records: ReadonlyMap<VariantKey, LinkRecord>): readonly LinkRecord[] {
  const byKey = [...records].sort(([one], [other]) => (one < other ? -1 : 1))
  return byKey.map(([, record]) => record)
}
