import { type RawBuilder, type Transaction, sql } from 'kysely'
import { toLink } from '@iaas/common/cdn'
import type { Cdn } from '@iaas/common/ports/cdn'
import { type CompactLink, isOfImages, keyOf } from './compact-link.ts'
import type { Schema } from './tables/schema.ts'
import type { UnlinkedObject } from './unlinked-objects.ts'

/** Links that were deleted. */
export type DeletedLinks = {
  readonly count: number
  /** Their objects. Links of another form, such as those of the legacy iaas, have none. */
  readonly objects: readonly UnlinkedObject[]
}

/** Conditions for the rows of the two tables of links. */
export type LinkCondition = {
  readonly images: RawBuilder<boolean>
  readonly links: RawBuilder<boolean>
}

export const anyLink: LinkCondition = { images: sql`true`, links: sql`true` }

/** Deletes links of these images from both tables. */
export async function deleteLinks(
  trx: Transaction<Schema>,
  ids: readonly string[],
  condition: LinkCondition,
  cdn: Pick<Cdn, 'keyOf'>,
): Promise<DeletedLinks> {
  const long = await sql<{ readonly id: string; readonly url: string }>`DELETE FROM images
    WHERE id = any(${ids}::text[]) AND ${condition.images} RETURNING id, url`.execute(trx)
  const short = await sql<CompactLink>`DELETE FROM links
    WHERE ${isOfImages(ids)} AND ${condition.links} RETURNING id, file`.execute(trx)
  const objects = long.rows.flatMap(({ id, url }) => {
    const { key } = toLink(url, cdn)
    return key === undefined ? [] : [{ id, key }]
  })
  const compact = short.rows.map((link) => ({ id: link.id, key: keyOf(link) }))
  return { count: long.rows.length + compact.length, objects: [...objects, ...compact] }
}
