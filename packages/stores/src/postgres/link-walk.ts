import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { toLink } from '@iaas/common/cdn'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { LinkWalk, StoredLink } from '@iaas/common/ports/link-store'
import type { Database } from './database.ts'
import { type LinkColumns, linkColumnNames, toVariantOf } from './link-row.ts'
import { translateErrors } from './translate-errors.ts'

type Row = LinkColumns & { readonly url: string }

const columns = sql.raw(linkColumnNames.join(', '))

/**
 * Walks along the unique index of `images`, starting at a random id, so that many short walks cover as much as a long
 * one. Skips rows that no request can match.
 */
export function createPostgresLinkWalk(db: Database, cdn: Pick<Cdn, 'keyOf'>): LinkWalk {
  let last: LinkColumns | undefined
  let from = randomBytes(2).toString('hex')

  return {
    async next(limit) {
      const where = last === undefined ? sql`id >= ${from}` : after(last)
      const query = sql<Row>`SELECT ${columns}, url FROM images WHERE ${where} ORDER BY ${columns} LIMIT ${limit}`
      const { rows } = await translateErrors(query.execute(db))
      last = rows.length < limit ? undefined : rows.at(-1)
      if (last === undefined) from = ''
      return rows.flatMap((row) => toStoredLink(row, cdn))
    },
  }
}

function toStoredLink({ url, ...row }: Row, cdn: Pick<Cdn, 'keyOf'>): readonly StoredLink[] {
  const variant = toVariantOf(row)
  return variant === undefined ? [] : [{ variant, link: toLink(url, cdn) }]
}

function after(row: LinkColumns) {
  return sql`(${columns}) > (${sql.join(linkColumnNames.map((name) => row[name]))})`
}
