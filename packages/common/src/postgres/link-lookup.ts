import { CompiledQuery } from 'kysely'
import type { Variant } from '../image/index.ts'
import { toColumns } from './link-row.ts'

/**
 * The one statement of hits, for any number of variants: a row each, in their order. Written out, as composing it anew
 * costs more than asking it. Variants come as one JSON, whose length the planner does not look at: the plan that was made
 * once does for all.
 */
export const linkLookup = {
  name: 'iaas_find_links',
  text: `SELECT (SELECT url FROM images
      WHERE id = asked.id AND x = asked.x AND y = asked.y AND fit = asked.fit
        AND file_type = asked.file_type AND blur = asked.blur AND quality = asked.quality)
    FROM ROWS FROM (json_to_recordset($1::json) AS (
        id text, x int, y int, fit text, file_type text, blur boolean, quality int))
      WITH ORDINALITY AS asked (id, x, y, fit, file_type, blur, quality, place)
    ORDER BY place`,
}

export function toLinkLookup(
  variants: readonly Variant[],
): CompiledQuery<{ readonly url: string | null }> {
  return CompiledQuery.raw(linkLookup.text, [JSON.stringify(variants.map(toColumns))])
}
