import { type RawBuilder, sql } from 'kysely'
import type { ObjectKey } from '@iaas/common/digest'
import { toIndex } from './digest-index.ts'

/**
 * Returns a query of the keys, as column `key`, that no link of either table leads to. Each key is looked up by the digest and
 * the file in it, whatever the host of the address.
 */
export function withoutLink(keys: readonly ObjectKey[]): RawBuilder<{ key: ObjectKey }> {
  const digests = keys.map((key) => toIndex(/[\da-f]{64}/.exec(key)?.[0] ?? ''))
  const files = keys.map((key) => key.slice(key.lastIndexOf('/') + 1))
  return sql<{
    key: ObjectKey
  }>`SELECT key FROM unnest(${keys}::text[], ${digests}::bigint[], ${files}::text[])
      AS object (key, digest, file)
    WHERE NOT EXISTS (SELECT FROM images
        WHERE iaas_digest_in(url) = object.digest AND substring(url from '[^/]*$') = object.file)
      AND NOT EXISTS (SELECT FROM links WHERE image = object.digest AND links.file = object.file)`
}
