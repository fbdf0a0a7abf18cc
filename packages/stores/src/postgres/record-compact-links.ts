import { sql } from 'kysely'
import { toCompactColumns } from './compact-link.ts'
import type { Database } from './database.ts'
import { linkColumnNames, linkColumns, toColumns } from './link-row.ts'
import type { CompactRecord, LinkRecord } from './link-record.ts'
import { translateErrors } from './translate-errors.ts'

const typed = sql.raw(
  Object.entries({
    ...linkColumns,
    image: 'bigint',
    variant: 'bigint',
    file: 'text',
    rendered_at: 'timestamptz',
    epoch: 'bigint',
  })
    .map(([name, type]) => `${name} ${type}`)
    .join(', '),
)
const isSameVariant = sql.raw(
  linkColumnNames.map((name) => `images.${name} = asked.${name}`).join(' AND '),
)

/**
 * Writes links into `links` with one statement, each in the place of its row in `images`. A later rendition in either table wins.
 * Returns the records that were written. The trigger of the fence leaves out those of a lower epoch.
 */
export async function insertCompactLinks(
  db: Database,
  records: readonly CompactRecord[],
): Promise<ReadonlySet<LinkRecord>> {
  if (records.length === 0) return new Set()
  const rows = records.map(toRow)
  const query = sql<{ readonly image: string; readonly variant: string }>`
    WITH asked AS (SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::json) AS (${typed})),
    recorded AS (
      INSERT INTO links (image, variant, rendered_at, epoch, id, file)
      SELECT image, variant, rendered_at, epoch, id, file FROM asked
      WHERE NOT EXISTS (SELECT FROM images WHERE ${isSameVariant}
        AND (coalesce(images.epoch, 0), coalesce(images.rendered_at, '-infinity'))
          > (coalesce(asked.epoch, 0), asked.rendered_at))
      ON CONFLICT (image, variant) DO UPDATE SET rendered_at = excluded.rendered_at,
        epoch = excluded.epoch, id = excluded.id, file = excluded.file
      WHERE links.rendered_at < excluded.rendered_at
        OR coalesce(links.epoch, 0) < coalesce(excluded.epoch, 0)
      RETURNING image, variant),
    replaced AS (
      DELETE FROM images USING asked, recorded WHERE ${isSameVariant}
        AND asked.image = recorded.image AND asked.variant = recorded.variant)
    SELECT image, variant FROM recorded`
  const written = (await translateErrors(query.execute(db))).rows
  const names = new Set(written.map(({ image, variant }) => `${image} ${variant}`))
  return new Set(records.filter((_, at) => names.has(`${rows[at]?.image} ${rows[at]?.variant}`)))
}

function toRow({ variant, file, renderedAt, epoch }: CompactRecord) {
  const noted = epoch === 0 ? null : String(epoch)
  const rendered_at = new Date(renderedAt)
  return { ...toColumns(variant), ...toCompactColumns(variant), file, rendered_at, epoch: noted }
}
