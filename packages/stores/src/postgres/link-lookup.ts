import { CompiledQuery } from 'kysely'
import type { Variant } from '@iaas/common/image'
import { type CompactColumns, toCompactColumns } from './compact-link.ts'
import { type LinkColumns, linkColumnNames, linkColumns, toColumns } from './link-row.ts'
import { globalId } from './raise-epochs.ts'

/** Columns of a variant in both tables of links. */
export type AskedLink = LinkColumns & CompactColumns

const isAsked = linkColumnNames.map((name) => `${name} = asked.${name}`).join(' AND ')
const isAskedShort = ['image', 'variant', 'id']
  .map((name) => `${name} = asked.${name}`)
  .join(' AND ')
const askedColumns = { ...linkColumns, image: 'bigint', variant: 'bigint' }
const typed = Object.entries(askedColumns).map(([name, type]) => `${name} ${type}`)
const names = Object.keys(askedColumns).join(', ')

/**
 * The single statement of hits, for any number of variants: one row each, in their order, with the epoch of the original
 * (null: 0), which a miss notes before it reads the original. A constant text, because
 * building it costs more than running it. The variants are one JSON parameter, so one plan fits any number of them.
 */
export const linkLookup = {
  name: 'iaas_find_links',
  text: `SELECT (SELECT url FROM images WHERE ${isAsked}),
      (SELECT file FROM links WHERE ${isAskedShort}),
      greatest((SELECT epoch FROM epochs WHERE id = asked.id),
        (SELECT epoch FROM epochs WHERE id = '${globalId}'))::float8 AS epoch
    FROM ROWS FROM (json_to_recordset($1::json) AS (${typed.join(', ')}))
      WITH ORDINALITY AS asked (${names}, place)
    ORDER BY place`,
}

export type FoundLink = {
  /** Address in `images`, which counts before `file`. */
  readonly url: string | null
  /** File in `links`. */
  readonly file: string | null
  readonly epoch: number | null
}

export function toAskedLink(variant: Variant): AskedLink {
  return { ...toColumns(variant), ...toCompactColumns(variant) }
}

export function toLinkLookup(asked: readonly AskedLink[]): CompiledQuery<FoundLink> {
  return CompiledQuery.raw(linkLookup.text, [JSON.stringify(asked)])
}
