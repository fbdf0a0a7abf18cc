import { sql } from 'kysely'
import { digestOf, variantDigest } from '@iaas/common/digest'
import type { LinkList, ListedLink } from '@iaas/common/ports/link-store'
import type { Database } from './database.ts'
import { type LinkColumns, linkColumnNames, toVariantOf } from './link-row.ts'
import { translateErrors } from './translate-errors.ts'

type Row = LinkColumns & {
  readonly rendered_at: Date | null
  /** Microseconds since the epoch; -1 without a time. */
  readonly rendered_us: string
  /** MD5 of the columns, which orders rows of the same time. */
  readonly tie: string
}

/** Before every link. */
const start = '9223372036854775807-'

const columns = sql.raw(linkColumnNames.join(', '))

/**
 * Lists the links in the table `images`. Sorts all links of an original, for which there is no index. Leaves out rows of the
 * legacy iaas that lack a column, which no request finds.
 */
export function createPostgresLinkList(db: Database): LinkList {
  return {
    async list(id, { limit, after = start }) {
      const mark = after.lastIndexOf('-')
      const [time, tie] = [after.slice(0, mark), after.slice(mark + 1)]
      const query = sql<Row>`
        SELECT * FROM (
          SELECT ${columns}, rendered_at,
            coalesce((extract(epoch FROM rendered_at) * 1000000)::bigint, -1) AS rendered_us,
            md5(ROW(${columns})::text) AS tie
          FROM images WHERE id = ${id} AND ROW(${columns}) IS NOT NULL) AS listed
        WHERE (rendered_us, tie) < (${time}::bigint, ${tie})
        ORDER BY rendered_us DESC, tie DESC LIMIT ${limit}`
      const { rows } = await translateErrors(query.execute(db))
      return rows.map(toListedLink)
    },
  }
}

function toListedLink({ rendered_at, rendered_us, tie, ...row }: Row): ListedLink {
  const variant = toVariantOf(row)
  return {
    digest:
      variant === undefined ? digestOf(JSON.stringify(Object.values(row))) : variantDigest(variant),
    variant,
    renderedAt: rendered_at ?? undefined,
    position: `${rendered_us}-${tie}`,
  }
}
