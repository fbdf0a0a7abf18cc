import { sql } from 'kysely'
import type { ImageId } from '@iaas/common/image'
import type { Purge, PurgePage } from '@iaas/common/ports/purges'
import type { Database } from '../database.ts'
import { translateErrors } from '../translate-errors.ts'
import { isSelected } from './purge-predicate.ts'

/** Most images of a page. */
const maxImages = 100

type Found = { readonly id: string; readonly links: number }

/** Finds the next images of a purge, in the order of their ids. */
export async function findPage(db: Database, purge: Purge, maxLinks: number): Promise<PurgePage> {
  const found = await findImages(db, purge)
  const taken: Found[] = []
  let links = 0
  for (const image of found) {
    if (taken.length > 0 && links + image.links > maxLinks) break
    taken.push(image)
    links += image.links
  }
  const isLast = found.length < maxImages && taken.length === found.length
  const ids = taken.map(({ id }) => id as ImageId)
  return { ids, links, cursor: isLast ? undefined : ids.at(-1) }
}

async function findImages(db: Database, purge: Purge): Promise<readonly Found[]> {
  const { selector, cursor } = purge
  if (!('ids' in selector)) {
    return await countLinks(db, purge, sql`id > ${cursor}`)
  }
  // The order of the named ids is that of this process: the database may sort differently.
  const ids = [...new Set<string>(selector.ids)].sort().filter((id) => id > cursor)
  const next = ids.slice(0, maxImages)
  const counted = await countLinks(db, purge, sql`id = any(${next}::text[])`)
  const links = new Map(counted.map((image) => [image.id, image.links]))
  return next.map((id) => ({ id, links: links.get(id) ?? 0 }))
}

async function countLinks(
  db: Database,
  purge: Purge,
  condition: ReturnType<typeof isSelected> | ReturnType<typeof sql>,
): Promise<readonly Found[]> {
  const query = sql<Found>`SELECT id, count(*)::int AS links FROM images
    WHERE ${condition} AND ${isSelected(purge)} GROUP BY id ORDER BY id LIMIT ${maxImages}`
  const { rows } = await translateErrors(query.execute(db))
  return rows
}

/** Counts links that a purge should have removed, up to a thousand. */
export async function countLeft(db: Database, purge: Purge): Promise<number> {
  const { selector, epoch = 0 } = purge
  const named = 'ids' in selector ? sql`id = any(${selector.ids}::text[])` : sql`true`
  const query = sql<{ links: number }>`SELECT count(*)::int AS links FROM (SELECT FROM images
    WHERE ${named} AND ${isSelected(purge)} AND coalesce(epoch, 0) < ${epoch} LIMIT 1000) AS left_over`
  const { rows } = await translateErrors(query.execute(db))
  return rows[0]?.links ?? 0
}
