import { sql } from 'kysely'
import type { ImageId } from '@iaas/common/image'
import type { Purge, PurgePage } from '@iaas/common/ports/purges'
import { isOfImages } from '../compact-link.ts'
import type { Database } from '../database.ts'
import { translateErrors } from '../translate-errors.ts'
import { isSelected } from './purge-predicate.ts'

/** Most images of a page. */
const maxImages = 100
/** Rows of `links` that one statement looks at, and the rest of the last image. */
const maxScanned = 5000
/** Begins a cursor in `links`, which follows `images`. No id has this character. */
const shortMark = '\n'

type Found = { readonly id: string; readonly links: number }

/**
 * Finds the next images of a purge: the named ones, or those with rows in `images` in the order of their ids, then those with
 * rows in `links` alone.
 */
export async function findPage(db: Database, purge: Purge, maxLinks: number): Promise<PurgePage> {
  if ('ids' in purge.selector) {
    const { page, isLast } = take(await findNamed(db, purge, purge.selector.ids), maxLinks)
    return { ...page, cursor: isLast ? undefined : page.ids.at(-1) }
  }
  if (purge.cursor.startsWith(shortMark)) return findCompactPage(db, purge, maxLinks)
  const found = await countLinks(db, purge, sql`id > ${purge.cursor}`)
  const { page, isLast } = take(found, maxLinks)
  return { ...page, cursor: isLast ? shortMark : page.ids.at(-1) }
}

/** Takes as many images as have no more links together, but at least one. */
function take(found: readonly Found[], maxLinks: number) {
  const taken: Found[] = []
  let links = 0
  for (const image of found) {
    if (taken.length > 0 && links + image.links > maxLinks) break
    taken.push(image)
    links += image.links
  }
  const isLast = found.length < maxImages && taken.length === found.length
  return { page: { ids: taken.map(({ id }) => id as ImageId), links }, isLast }
}

async function findNamed(
  db: Database,
  purge: Purge,
  named: readonly string[],
): Promise<readonly Found[]> {
  // The order of the named ids is that of this process: the database may sort differently.
  const ids = [...new Set(named)].sort().filter((id) => id > purge.cursor)
  const next = ids.slice(0, maxImages)
  const counts = new Map<string, number>()
  const add = ({ id, links }: Found) => counts.set(id, (counts.get(id) ?? 0) + links)
  const query = sql<Found>`SELECT id, count(*)::int AS links FROM images
    WHERE id = any(${next}::text[]) AND ${isSelected(purge).images} GROUP BY id
    UNION ALL SELECT id, count(*)::int AS links FROM links
    WHERE ${isOfImages(next)} AND ${isSelected(purge).links} GROUP BY id`
  for (const found of (await translateErrors(query.execute(db))).rows) add(found)
  return next.map((id) => ({ id, links: counts.get(id) ?? 0 }))
}

/** Counts the links of images that have rows in `images`, in both tables. */
async function countLinks(
  db: Database,
  purge: Purge,
  condition: ReturnType<typeof sql>,
): Promise<readonly Found[]> {
  const { images, links } = isSelected(purge)
  const query = sql<Found>`SELECT id, links + (SELECT count(*)::int FROM links
      WHERE image = iaas_digest_of(found.id) AND links.id = found.id AND ${links}) AS links
    FROM (SELECT id, count(*)::int AS links FROM images
      WHERE ${condition} AND ${images} GROUP BY id ORDER BY id LIMIT ${maxImages}) AS found
    ORDER BY id`
  const { rows } = await translateErrors(query.execute(db))
  return rows
}

/** Walks along the primary key of `links`, so that a statement looks at few rows even if it selects none. */
async function findCompactPage(db: Database, purge: Purge, maxLinks: number): Promise<PurgePage> {
  const after = purge.cursor.slice(shortMark.length)
  const isNext = after === '' ? sql`true` : sql`image > ${after}::bigint`
  const bound = await findBound(db, isNext)
  const { images, links } = isSelected(purge)
  const isWithin = bound === undefined ? sql`true` : sql`image <= ${bound}::bigint`
  const query = sql<Found & { readonly image: string }>`
    SELECT id, image, count(*)::int AS links FROM links
    WHERE ${isNext} AND ${isWithin} AND ${links}
      AND NOT EXISTS (SELECT FROM images WHERE images.id = links.id AND ${images})
    GROUP BY image, id ORDER BY image, id LIMIT ${maxImages}`
  const { rows } = await translateErrors(query.execute(db))
  const { page, isLast } = take(rows, maxLinks)
  const end = isLast ? bound : rows[page.ids.length - 1]?.image
  return { ...page, cursor: end === undefined ? undefined : `${shortMark}${end}` }
}

async function findBound(
  db: Database,
  isNext: ReturnType<typeof sql>,
): Promise<string | undefined> {
  const query = sql<{ readonly image: string }>`SELECT image FROM links WHERE ${isNext}
    ORDER BY image OFFSET ${maxScanned - 1} LIMIT 1`
  return (await translateErrors(query.execute(db))).rows[0]?.image
}

/** Counts links that a purge should have removed, up to a thousand. */
export async function countLeft(db: Database, purge: Purge): Promise<number> {
  const { selector, epoch = 0 } = purge
  const { images, links } = isSelected(purge)
  const isNamed = 'ids' in selector ? sql`id = any(${selector.ids}::text[])` : sql`true`
  const isNamedShort = 'ids' in selector ? isOfImages(selector.ids) : sql`true`
  const query = sql<{ links: number }>`SELECT count(*)::int AS links FROM (
    (SELECT FROM images WHERE ${isNamed} AND ${images} AND coalesce(epoch, 0) < ${epoch} LIMIT 1000)
    UNION ALL
    (SELECT FROM links WHERE ${isNamedShort} AND ${links} AND coalesce(epoch, 0) < ${epoch} LIMIT 1000)
    LIMIT 1000) AS left_over`
  const { rows } = await translateErrors(query.execute(db))
  return rows[0]?.links ?? 0
}
