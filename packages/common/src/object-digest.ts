import { type Digest, type ObjectKey, formatOfKey, imageFolder, renditionDigest } from './digest.ts'
import { type Format, type ImageId, type Variant, parseVariantName } from './image/index.ts'
import type { Epoch } from './ports/epochs.ts'

/** Parts of the key of an object, as far as its form tells them. */
export type KeyParts = {
  /** Beginning of the keys beside which an object of the same image, or of the same variant, lies. */
  readonly place: string
  readonly renderedAt: number
  readonly format: Format
  /** undefined in keys that are a hash of the variant. */
  readonly named: { readonly name: string; readonly epoch: Epoch } | undefined
}

const form = /^(.{6}([\da-f]{64}))(?:(\/)([^/]+?)(?:-e(\d+))?)?-([\da-z]+)(?:-[\da-f]{16})?\.\w+$/

/** Reads a key of either form. The code in it is not checked: nothing may be rendered by what is read. */
export function readKey(key: ObjectKey): KeyParts {
  const [, start = '', , slash, name = '', epoch = '0', time = ''] = form.exec(key) ?? []
  return {
    place: slash === undefined ? `${start}-` : `${start}/`,
    renderedAt: Number.parseInt(time, 36),
    format: formatOfKey(key),
    named: slash === undefined ? undefined : { name, epoch: Number(epoch) },
  }
}

/** Returns the variant that a key names; undefined for another image, for hashed options and for a hash of the variant. */
export function variantOfKey(key: ObjectKey, image: ImageId): Variant | undefined {
  const { named, format } = readKey(key)
  if (named === undefined || !key.startsWith(`${imageFolder(image)}/`)) return undefined
  return parseVariantName(named.name, image, format)
}

/**
 * Returns the digest under which the rendition of an object lies in the spool; undefined if the key does not tell it, because
 * its options are too long for a key.
 */
export function digestOfKey(key: ObjectKey, image: ImageId): Digest | undefined {
  const { named, place } = readKey(key)
  if (named === undefined) return place.slice(6, -1) as Digest
  const variant = variantOfKey(key, image)
  return variant && renditionDigest({ variant, epoch: named.epoch })
}
