import { CompiledQuery } from 'kysely'
import type { Variant } from '../image/index.ts'
import { toColumns } from './link-row.ts'

/** The one statement of a hit: written out, as composing it anew costs more than asking it. */
export const linkLookup = {
  name: 'iaas_find_link',
  text: `SELECT url FROM images WHERE id = $1 AND x = $2 AND y = $3 AND fit = $4 AND file_type = $5
    AND blur = $6 AND quality = $7`,
}

export function toLinkLookup(variant: Variant): CompiledQuery<{ url: string }> {
  const { id, x, y, fit, file_type, blur, quality } = toColumns(variant)
  return CompiledQuery.raw(linkLookup.text, [id, x, y, fit, file_type, blur, quality])
}
