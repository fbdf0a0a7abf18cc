import type { ImageId } from '@iaas/common/image'
import { CompiledQuery } from 'kysely'

/** Counts the links of an original up to a limit. A constant text, like that of the lookup: the first miss of an original runs it. */
export const linkCount = {
  name: 'iaas_count_links',
  text: `SELECT count(*)::int FROM (
    (SELECT FROM images WHERE id = $1 LIMIT $2)
    UNION ALL (SELECT FROM links WHERE image = iaas_digest_of($1) AND id = $1 LIMIT $2)
    LIMIT $2) AS counted`,
}

export function toLinkCount(id: ImageId, limit: number): CompiledQuery<{ readonly count: number }> {
  return CompiledQuery.raw(linkCount.text, [id, limit])
}
