import { hash } from 'node:crypto'
import { type ImageId, type Variant, formats, variantFormats, variantKey } from './image/index.ts'

/** SHA-256 in lower-case hexadecimal, 64 characters: safe as a file name, a job id and part of an object key. */
export type Digest = string & { readonly __brand: 'Digest' }

export function digestOf(text: string): Digest {
  return hash('sha256', text, 'hex') as Digest
}

export function variantDigest(variant: Variant): Digest {
  return digestOf(variantKey(variant))
}

/** Where an original lies below the originals folder: the id never becomes a name, the folders spread by its hash. */
export function originalPath(id: ImageId): string {
  return spreadOut(digestOf(id))
}

/** The key of a stored variant. */
export type ObjectKey = string & { readonly __brand: 'ObjectKey' }

/**
 * Where a rendition of a variant is stored. The time keeps a later rendition of the same variant apart from an earlier
 * one that caches may still hold.
 *
 * @param renderedAt when it was rendered, ms since the epoch
 */
export function objectKey(variant: Variant, renderedAt: number): ObjectKey {
  const name = `${spreadOut(variantDigest(variant))}-${renderedAt.toString(36)}`
  return `${name}.${formats[variant.format].extensions[0]}` as ObjectKey
}

const extensions = variantFormats.map((format) => formats[format].extensions[0])
const objectKeyPattern = new RegExp(
  String.raw`^([\da-f]{2})/([\da-f]{2})/\1\2[\da-f]{60}-[\da-z]{1,11}\.(?:${extensions.join('|')})$`,
)

/** Accepts what `objectKey` makes, and nothing else: an object key from outside can name no other place. */
export function parseObjectKey(text: string): ObjectKey | undefined {
  return objectKeyPattern.test(text) ? (text as ObjectKey) : undefined
}

function spreadOut(digest: Digest): string {
  return `${digest.slice(0, 2)}/${digest.slice(2, 4)}/${digest}`
}
