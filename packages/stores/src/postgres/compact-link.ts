import { type RawBuilder, sql } from 'kysely'
import { type ObjectKey, digestOf, imageFolder, variantDigest } from '@iaas/common/digest'
import { type ImageId, type Variant, formats, variantName } from '@iaas/common/image'
import { parseNamedKey, variantOfKey } from '@iaas/common/object-keys'
import type { Link } from '@iaas/common/ports/link-store'
import { toIndex } from './digest-index.ts'

/** Columns of the primary key of `links`. A bigint is read and written as text. */
export type CompactColumns = { readonly image: string; readonly variant: string }

/** The columns of a row of `links` that tell its variant and its object. */
export type CompactLink = { readonly id: string; readonly file: string }

export function toCompactColumns(variant: Variant): CompactColumns {
  return { image: toIndex(digestOf(variant.id)), variant: toIndex(variantDigest(variant)) }
}

/**
 * Returns the file of a link, from which its variant and its key can be told; undefined if the link has another form, such as a
 * key that is a hash, and needs a row of `images`.
 */
export function fileOf(variant: Variant, { key }: Link): string | undefined {
  const file = key?.slice(key.lastIndexOf('/') + 1)
  if (file === undefined || key !== keyOf({ id: variant.id, file })) return undefined
  return isOf(variant, key) ? file : undefined
}

/** Inverse of `fileOf`. Returns undefined for the file of another variant, whose digests begin with the same bits. */
export function toCompactLink(variant: Variant, file: string): Link | undefined {
  const key = keyOf({ id: variant.id, file })
  return isOf(variant, key) ? { key } : undefined
}

export function keyOf({ id, file }: CompactLink): ObjectKey {
  return `${imageFolder(id as ImageId)}/${file}` as ObjectKey
}

/** Returns undefined for a file that this service has not written. */
export function variantOfLink(link: CompactLink): Variant | undefined {
  const named = parseNamedKey(keyOf(link))
  return named && variantOfKey(named, link.id as ImageId)
}

/** Returns the name of a variant with its format, as files begin and end. */
export function nameOf(variant: Variant): string {
  return `${variantName(variant)}.${formats[variant.format].extensions[0]}`
}

/** Returns the condition for the rows of `links` that belong to these images. */
export function isOfImages(ids: readonly string[]): RawBuilder<boolean> {
  const images = ids.map((id) => toIndex(digestOf(id)))
  return sql`(image = any(${images}::bigint[]) AND id = any(${ids}::text[]))`
}

function isOf(variant: Variant, key: ObjectKey): boolean {
  const named = parseNamedKey(key)
  return named?.format === variant.format && named.name === variantName(variant)
}
