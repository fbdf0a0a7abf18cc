import { hash } from 'node:crypto'
import {
  type Format,
  type ImageId,
  type Variant,
  type VariantKey,
  formats,
  variantFormats,
  variantKey,
} from './image/index.ts'
import type { Epoch } from './ports/epochs.ts'
import type { WaitingRendition } from './ports/persistence.ts'

/** SHA-256 in lower-case hexadecimal, 64 characters: safe as a file name, a job id and part of an object key. */
export type Digest = string & { readonly __brand: 'Digest' }

export function digestOf(text: string): Digest {
  return hash('sha256', text, 'hex') as Digest
}

export function variantDigest(variant: Variant): Digest {
  return digestOf(variantKey(variant))
}

/**
 * Names a variant in one epoch of its original, so that nothing of another epoch is reached by it: spool entries, leases,
 * jobs, flights, cached links, objects. In epoch 0 it is the key of the variant, as in builds before the epochs.
 */
export function keyInEpoch(key: VariantKey, epoch: Epoch = 0): VariantKey {
  return epoch === 0 ? key : (`e${epoch}/${key}` as VariantKey)
}

/** Returns the digest of a variant in one epoch of its original. */
export function renditionDigest({
  variant,
  epoch,
}: Pick<WaitingRendition, 'variant' | 'epoch'>): Digest {
  return digestOf(keyInEpoch(variantKey(variant), epoch))
}

/**
 * Returns the path of an original below the originals folder: hashed, so that an id never becomes a file name and the
 * folders fill evenly.
 */
export function originalPath(id: ImageId): string {
  return spreadOut(digestOf(id))
}

/** Returns the folder of the objects of an image whose keys name their variants. Its listing is all of them. */
export function imageFolder(id: ImageId): string {
  return originalPath(id)
}

/** Key of a stored variant. */
export type ObjectKey = string & { readonly __brand: 'ObjectKey' }

/**
 * Returns the object key of a rendition in the form that needs no secret. The time separates it from an earlier rendition of the same variant that
 * caches may still hold.
 *
 * @param renderedAt time of the rendering, ms since the epoch
 */
export function objectKey(variant: Variant, renderedAt: number, epoch: Epoch = 0): ObjectKey {
  const name = `${spreadOut(renditionDigest({ variant, epoch }))}-${renderedAt.toString(36)}`
  return `${name}.${formats[variant.format].extensions[0]}` as ObjectKey
}

const extensions = variantFormats.map((format) => formats[format].extensions[0])
/** Both forms: a hash of the variant, or the folder of the image and in it a name of the variant with a code. */
const objectKeyPattern = new RegExp(
  String.raw`^([\da-f]{2})/([\da-f]{2})/\1\2[\da-f]{60}(?:/\d{1,5}x\d{1,5}-[\w.-]{1,205}-[\da-z]{1,11}-[\da-f]{16}|-[\da-z]{1,11})\.(?:${extensions.join('|')})$`,
)

/**
 * Accepts only keys of the forms that this service makes, so that a key from outside cannot name another place. Does not
 * check the code: `readNamedKey` does.
 */
export function parseObjectKey(text: string): ObjectKey | undefined {
  return objectKeyPattern.test(text) ? (text as ObjectKey) : undefined
}

/** Returns the format of the object under a key. */
export function formatOfKey(key: ObjectKey): Format {
  const extension = key.slice(key.lastIndexOf('.') + 1)
  return variantFormats.find((format) => formats[format].extensions[0] === extension) ?? 'jpg'
}

function spreadOut(digest: Digest): string {
  return `${digest.slice(0, 2)}/${digest.slice(2, 4)}/${digest}`
}
