import { CompiledQuery } from 'kysely'
import { type LinkColumns, linkColumnNames, linkColumns } from './link-row.ts'
import { globalId } from './raise-epochs.ts'

const isAsked = linkColumnNames.map((name) => `${name} = asked.${name}`).join(' AND ')
const typed = linkColumnNames.map((name) => `${name} ${linkColumns[name]}`).join(', ')

/**
 * The single statement of hits, for any number of variants: one row each, in their order, with the epoch of the original
 * (null: 0), which a miss notes before it reads the original. A constant text, because
 * building it costs more than running it. The variants are one JSON parameter, so one plan fits any number of them.
 */
export const linkLookup = {
  name: 'iaas_find_links',
  text: `SELECT (SELECT url FROM images WHERE ${isAsked}),
      greatest((SELECT epoch FROM epochs WHERE id = asked.id),
        (SELECT epoch FROM epochs WHERE id = '${globalId}'))::float8 AS epoch
    FROM ROWS FROM (json_to_recordset($1::json) AS (${typed}))
      WITH ORDINALITY AS asked (${linkColumnNames.join(', ')}, place)
    ORDER BY place`,
}

export function toLinkLookup(
  asked: readonly LinkColumns[],
): CompiledQuery<{ readonly url: string | null; readonly epoch: number | null }> {
  return CompiledQuery.raw(linkLookup.text, [JSON.stringify(asked)])
}
