import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { toLink } from '@iaas/common/cdn'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { LinkWalk, StoredLink } from '@iaas/common/ports/link-store'
import { type CompactColumns, type CompactLink, keyOf, variantOfLink } from './compact-link.ts'
import type { Database } from './database.ts'
import { toIndex } from './digest-index.ts'
import { columns } from './link-columns.ts'
import { type LinkColumns, linkColumnNames, toVariantOf } from './link-row.ts'
import { translateErrors } from './translate-errors.ts'

type Row = LinkColumns & { readonly url: string }

/**
 * Walks along the indexes of both tables in turn, starting at a random place, so that many short walks cover as much as a long
 * one. Skips rows that no request can match.
 */
export function createPostgresLinkWalk(db: Database, cdn: Pick<Cdn, 'keyOf'>): LinkWalk {
  const walks = [walkImages(db, cdn), walkCompact(db)]

  return {
    async next(limit) {
      const { links, isEnd } = (await walks[0]?.(limit)) ?? { links: [], isEnd: true }
      if (isEnd) walks.reverse()
      return links
    },
  }
}

type Walked = { readonly links: readonly StoredLink[]; readonly isEnd: boolean }
type Walk = (limit: number) => Promise<Walked>

function walkImages(db: Database, cdn: Pick<Cdn, 'keyOf'>): Walk {
  let last: LinkColumns | undefined
  let from = randomBytes(2).toString('hex')

  return async (limit) => {
    const where = last === undefined ? sql`id >= ${from}` : after(last)
    const query = sql<Row>`SELECT ${columns}, url FROM images WHERE ${where} ORDER BY ${columns} LIMIT ${limit}`
    const { rows } = await translateErrors(query.execute(db))
    last = rows.length < limit ? undefined : rows.at(-1)
    if (last === undefined) from = ''
    return { links: rows.flatMap((row) => toStoredLink(row, cdn)), isEnd: last === undefined }
  }
}

function walkCompact(db: Database): Walk {
  let from: CompactColumns | undefined = {
    image: toIndex(randomBytes(8).toString('hex')),
    variant: '0',
  }

  return async (limit) => {
    const where =
      from && sql`WHERE (image, variant) > (${from.image}::bigint, ${from.variant}::bigint)`
    const query = sql<CompactColumns & CompactLink>`SELECT image, variant, id, file FROM links
      ${where ?? sql``} ORDER BY image, variant LIMIT ${limit}`
    const { rows } = await translateErrors(query.execute(db))
    from = rows.length < limit ? undefined : rows.at(-1)
    return { links: rows.flatMap(toCompactStored), isEnd: from === undefined }
  }
}

function toStoredLink({ url, ...row }: Row, cdn: Pick<Cdn, 'keyOf'>): readonly StoredLink[] {
  const variant = toVariantOf(row)
  return variant === undefined ? [] : [{ variant, link: toLink(url, cdn) }]
}

function toCompactStored(link: CompactLink): readonly StoredLink[] {
  const variant = variantOfLink(link)
  return variant === undefined ? [] : [{ variant, link: { key: keyOf(link) } }]
}

function after(row: LinkColumns) {
  return sql`(${columns}) > (${sql.join(linkColumnNames.map((name) => row[name]))})`
}
