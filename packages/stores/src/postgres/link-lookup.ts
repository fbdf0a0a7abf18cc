import { CompiledQuery } from 'kysely'
import { type Variant, type VariantKey, variantKey } from '@iaas/common/image'
import { type LinkColumns, linkColumnNames, linkColumns, toColumns } from './link-row.ts'
import { globalId } from './raise-epochs.ts'

/** Columns of a variant in `images`, and its key, whose digest is in `links`. */
export type AskedLink = LinkColumns & { readonly key: VariantKey }

const isAsked = linkColumnNames.map((name) => `${name} = asked.${name}`).join(' AND ')
const isAskedShort = `image = iaas_digest_of(asked.id) AND variant = iaas_digest_of(asked.key) AND id = asked.id`
const askedColumns = { ...linkColumns, key: 'text' }
const typed = Object.entries(askedColumns).map(([name, type]) => `${name} ${type}`)
const names = Object.keys(askedColumns).join(', ')

/**
 * The single statement of hits, for any number of variants: one row each, in their order, with the epoch of the original
 * (null: 0), which a miss notes before it reads the original. A constant text, because
 * building it costs more than running it. The variants are one JSON parameter, so one plan fits any number of them. The database
 * computes digests, and reads `links`, only for a variant that `images` does not have. OFFSET keeps it from evaluating `url` twice.
 */
export const linkLookup = {
  name: 'iaas_find_links',
  text: `SELECT url, CASE WHEN url IS NULL THEN (SELECT file FROM links WHERE ${isAskedShort}) END AS file,
      greatest((SELECT epoch FROM epochs WHERE id = asked.id),
        (SELECT epoch FROM epochs WHERE id = '${globalId}'))::float8 AS epoch
    FROM ROWS FROM (json_to_recordset($1::json) AS (${typed.join(', ')}))
      WITH ORDINALITY AS asked (${names}, place),
      LATERAL (SELECT (SELECT url FROM images WHERE ${isAsked}) AS url OFFSET 0) AS long
    ORDER BY place`,
}

export type FoundLink = {
  /** Address in `images`, which counts before `file`. */
  readonly url: string | null
  /** File in `links`; null if there is an address. */
  readonly file: string | null
  readonly epoch: number | null
}

export function toAskedLink(variant: Variant): AskedLink {
  // Assigned, because a copy of so many columns costs more than the rest.
  return Object.assign(toColumns(variant), { key: variantKey(variant) })
}

export function toLinkLookup(asked: readonly AskedLink[]): CompiledQuery<FoundLink> {
  return CompiledQuery.raw(linkLookup.text, [JSON.stringify(asked)])
}
