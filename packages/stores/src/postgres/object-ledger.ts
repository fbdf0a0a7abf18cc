import { sql } from 'kysely'
import { toLink } from '@iaas/common/cdn'
import { type ObjectKey, digestOf } from '@iaas/common/digest'
import type { ImageId } from '@iaas/common/image'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { ObjectLedger } from '@iaas/common/ports/object-ledger'
import type { Database } from './database.ts'
import { type LinkColumns, linkColumnNames, toVariantOf } from './link-row.ts'
import { translateErrors } from './translate-errors.ts'

type Link = LinkColumns & { readonly url: string }
/** Link, or original of an image, which has no address. */
type Found = Link | { readonly id: string; readonly url: null }

const columns = sql.raw(linkColumnNames.join(', '))
const noColumns = sql.raw(
  linkColumnNames.map((name) => (name === 'id' ? 'image_id' : 'NULL')).join(', '),
)

/** Looks objects up in the tables of links and tokens, by the digest in their keys. */
export function createPostgresObjectLedger(db: Database, cdn: Pick<Cdn, 'keyOf'>): ObjectLedger {
  return {
    async find(key) {
      const query = lookUpObject(key)
      const { rows } = await translateErrors(query.execute(db))
      const linked = rows.find((row): row is Link => leadsTo(row, key, cdn))
      const known = linked ?? rows.find(({ id }) => digestOf(id) === digestIn(key))
      return known && { id: known.id as ImageId, variant: linked && toVariantOf(linked) }
    },
  }
}

/** Each part reads one index. The first one finds the link that leads to the object, the others the image of a key without a link. */
export function lookUpObject(key: ObjectKey) {
  const index = toIndex(digestIn(key))
  return sql<Found>`
    (SELECT ${columns}, url FROM images
      WHERE iaas_digest_in(url) = ${index}::bigint AND right(url, ${key.length}::int) = ${key} LIMIT 1)
    UNION ALL (SELECT ${noColumns}, NULL FROM tokens
      WHERE iaas_digest_of(image_id) = ${index}::bigint LIMIT 1)
    UNION ALL (SELECT ${columns}, url FROM images
      WHERE iaas_digest_in(url) = ${index}::bigint LIMIT 1)`
}

/** Returns the digest in a key: that of the id, or in the earlier form that of the variant. */
function digestIn(key: ObjectKey): string {
  return /[\da-f]{64}/.exec(key)?.[0] ?? ''
}

/** Returns the first 64 bits of a digest as a signed number, as the functions of the database do. */
function toIndex(digest: string): string {
  return BigInt.asIntN(64, BigInt(`0x${digest.slice(0, 16)}`)).toString()
}

function leadsTo({ url }: Found, key: ObjectKey, cdn: Pick<Cdn, 'keyOf'>): boolean {
  return url !== null && toLink(url, cdn).key === key
}
