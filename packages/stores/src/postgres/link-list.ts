import { sql } from 'kysely'
import { digestOf, variantDigest } from '@iaas/common/digest'
import type { LinkList, ListedLink } from '@iaas/common/ports/link-store'
import { variantOfLink } from './compact-link.ts'
import type { Database } from './database.ts'
import { columns, noColumns } from './link-columns.ts'
import { type LinkColumns, toVariantOf } from './link-row.ts'
import { translateErrors } from './translate-errors.ts'

type Row = LinkColumns & {
  /** File of a row of `links`, whose other columns are null. */
  readonly file: string | null
  readonly rendered_at: Date | null
  /** Microseconds since the epoch; -1 without a time. */
  readonly rendered_us: string
  /** MD5 of the columns, which orders rows of the same time. */
  readonly tie: string
}

/** Before every link. */
const start = '9223372036854775807-'

/**
 * Lists the links in both tables. Sorts all links of an original, for which there is no index. Leaves out rows of the
 * legacy iaas that lack a column, which no request finds.
 */
export function createPostgresLinkList(db: Database): LinkList {
  return {
    async list(id, { limit, after = start }) {
      const mark = after.lastIndexOf('-')
      const [time, tie] = [after.slice(0, mark), after.slice(mark + 1)]
      const query = sql<Row>`
        SELECT * FROM (
          SELECT ${columns}, NULL AS file, rendered_at,
            coalesce((extract(epoch FROM rendered_at) * 1000000)::bigint, -1) AS rendered_us,
            md5(ROW(${columns})::text) AS tie
          FROM images WHERE id = ${id} AND ROW(${columns}) IS NOT NULL
          UNION ALL SELECT id, ${noColumns}, file, rendered_at,
            (extract(epoch FROM rendered_at) * 1000000)::bigint, md5(file)
          FROM links WHERE image = iaas_digest_of(${id}) AND id = ${id}) AS listed
        WHERE (rendered_us, tie) < (${time}::bigint, ${tie})
        ORDER BY rendered_us DESC, tie DESC LIMIT ${limit}`
      const { rows } = await translateErrors(query.execute(db))
      return rows.map(toListedLink)
    },
  }
}

function toListedLink({ rendered_at, rendered_us, tie, file, ...row }: Row): ListedLink {
  const variant = file === null ? toVariantOf(row) : variantOfLink({ id: row.id, file })
  return {
    digest:
      variant === undefined
        ? digestOf(JSON.stringify(file ?? Object.values(row)))
        : variantDigest(variant),
    variant,
    renderedAt: rendered_at ?? undefined,
    position: `${rendered_us}-${tie}`,
  }
}
