import { sql } from 'kysely'
import type { ObjectKey } from '@iaas/common/digest'
import type { ImageId } from '@iaas/common/image'
import type { PurgeWork } from '@iaas/common/ports/purges'
import type { Database } from '../database.ts'
import { translateErrors } from '../translate-errors.ts'
import { withoutLink } from '../without-link.ts'
import { addCounts } from './purge-row.ts'

/** Most images of a page. */
const maxImages = 100

type PurgedImages = Pick<PurgeWork, 'noteImages' | 'nextImages' | 'passImages' | 'unlinkedOf'>

/** Keeps the images whose objects a purge removes. */
export function createPurgedImages(db: Database): PurgedImages {
  return {
    async noteImages({ id, selector }) {
      const named = 'ids' in selector ? selector.ids : []
      await translateErrors(
        sql`INSERT INTO purged_images (purge, image)
          SELECT ${id}, image FROM unlinked_objects WHERE purge = ${id} AND image <> ''
          UNION SELECT ${id}, image FROM unnest(${named}::text[]) AS image
          ON CONFLICT DO NOTHING`.execute(db),
      )
    },
    async nextImages({ id, cursor }) {
      const query = sql<{ image: ImageId }>`SELECT image FROM purged_images
        WHERE purge = ${id} AND image > ${cursor} ORDER BY image LIMIT ${maxImages}`
      const { rows } = await translateErrors(query.execute(db))
      const ids = rows.map(({ image }) => image)
      return { ids, cursor: ids.length < maxImages ? undefined : ids.at(-1) }
    },
    async passImages({ id }, ids, removed, counted) {
      const passed = db.transaction().execute(async (trx) => {
        await sql`DELETE FROM unlinked_objects WHERE key = any(${removed}::text[])`.execute(trx)
        const counts = addCounts({ ...counted, objects: removed.length })
        await sql`UPDATE purges SET ${counts}, cursor = coalesce(${ids.at(-1) ?? null}, cursor)
          WHERE id = ${id}`.execute(trx)
      })
      await translateErrors(passed)
    },
    async unlinkedOf({ id }, keys) {
      if (keys.length === 0) return []
      const query = sql<{ key: ObjectKey }>`SELECT key FROM (${withoutLink(keys)}) AS unlinked
        WHERE NOT EXISTS (SELECT FROM unlinked_objects AS other
          WHERE other.key = unlinked.key AND other.purge <> ${id} AND other.due_at > now())`
      const { rows } = await translateErrors(query.execute(db))
      return rows.map(({ key }) => key)
    },
  }
}
