import { sql } from 'kysely'
import { toLink } from '@iaas/common/cdn'
import { type ObjectKey, digestOf } from '@iaas/common/digest'
import type { ImageId, Variant } from '@iaas/common/image'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { ObjectLedger } from '@iaas/common/ports/object-ledger'
import { keyOf, variantOfLink } from './compact-link.ts'
import type { Database } from './database.ts'
import { toIndex } from './digest-index.ts'
import { columns, noColumns } from './link-columns.ts'
import { type LinkColumns, toVariantOf } from './link-row.ts'
import { translateErrors } from './translate-errors.ts'

/** Row of one of the tables: `images`, `links` or `tokens`. */
type Found = Partial<LinkColumns> & {
  readonly id: string
  readonly url: string | null
  readonly file: string | null
}

/** Looks objects up in the tables of links and tokens, by the digest in their keys. */
export function createPostgresObjectLedger(db: Database, cdn: Pick<Cdn, 'keyOf'>): ObjectLedger {
  return {
    async find(key) {
      const query = lookUpObject(key)
      const { rows } = await translateErrors(query.execute(db))
      const linked = rows.find((row) => leadsTo(row, key, cdn))
      const known = linked ?? rows.find(({ id }) => digestOf(id) === digestIn(key))
      return known && { id: known.id as ImageId, variant: linked && variantOf(linked) }
    },
  }
}

/** Each part reads one index. The first two find the link that leads to the object, the others the image of a key without a link. */
export function lookUpObject(key: ObjectKey) {
  const index = toIndex(digestIn(key))
  const file = key.slice(key.lastIndexOf('/') + 1)
  return sql<Found>`
    (SELECT ${columns}, url, NULL AS file FROM images
      WHERE iaas_digest_in(url) = ${index}::bigint AND right(url, ${key.length}::int) = ${key} LIMIT 1)
    UNION ALL (SELECT id, ${noColumns}, NULL, file FROM links
      WHERE image = ${index}::bigint AND file = ${file} LIMIT 1)
    UNION ALL (SELECT image_id, ${noColumns}, NULL, NULL FROM tokens
      WHERE iaas_digest_of(image_id) = ${index}::bigint LIMIT 1)
    UNION ALL (SELECT id, ${noColumns}, url, NULL FROM images
      WHERE iaas_digest_in(url) = ${index}::bigint LIMIT 1)
    UNION ALL (SELECT id, ${noColumns}, NULL, file FROM links
      WHERE image = ${index}::bigint LIMIT 1)`
}

/** Returns the digest in a key: that of the id, or in the earlier form that of the variant. */
function digestIn(key: ObjectKey): string {
  return /[\da-f]{64}/.exec(key)?.[0] ?? ''
}

function leadsTo({ id, url, file }: Found, key: ObjectKey, cdn: Pick<Cdn, 'keyOf'>): boolean {
  if (file !== null) return keyOf({ id, file }) === key
  return url !== null && toLink(url, cdn).key === key
}

function variantOf({ id, file, ...others }: Found): Variant | undefined {
  return file === null ? toVariantOf({ id, ...others } as LinkColumns) : variantOfLink({ id, file })
}
