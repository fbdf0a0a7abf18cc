import { createHmac, timingSafeEqual } from 'node:crypto'
import {
  type Digest,
  type ObjectKey,
  digestOf,
  formatOfKey,
  imageFolder,
  objectKey,
  parseObjectKey,
} from './digest.ts'
import {
  type Format,
  type ImageId,
  type Variant,
  formats,
  parseVariantName,
  variantName,
} from './image/index.ts'
import type { Epoch } from './ports/epochs.ts'
import type { WaitingRendition } from './ports/persistence.ts'

/** Names the objects of renditions. */
export type ObjectKeys = {
  /** Returns the key under which the object of a rendition is stored now. */
  of(rendition: WaitingRendition): ObjectKey
  /**
   * Returns every key under which the object of a rendition may be: that of `of`, then that of a build or a configuration
   * without a secret.
   */
  all(rendition: WaitingRendition): readonly ObjectKey[]
}

/**
 * Creates the names of objects.
 *
 * @param secret secret of the codes in the keys, the same in every service; undefined: keys are a hash without a code
 */
export function createObjectKeys(secret: string | undefined): ObjectKeys {
  if (secret === undefined) return { of: hashedKey, all: (rendition) => [hashedKey(rendition)] }
  const named = (rendition: WaitingRendition) => namedKey(rendition, secret)
  return { of: named, all: (rendition) => [named(rendition), hashedKey(rendition)] }
}

function hashedKey({ variant, renderedAt, epoch }: WaitingRendition): ObjectKey {
  return objectKey(variant, renderedAt, epoch)
}

/** Rendition that a key names. */
export type NamedRendition = {
  /** undefined: its options are too long for a key, so that it cannot be rendered from it. */
  readonly variant: Variant | undefined
  readonly renderedAt: number
  readonly epoch: Epoch
}

/** Longest text of a variant in a key: a file name has at most 255 bytes, in a folder as the variant store. */
const maxNameLength = 180
const codeLength = 16

function namedKey({ variant, renderedAt, epoch = 0 }: WaitingRendition, secret: string): ObjectKey {
  const life = epoch === 0 ? '' : `-e${epoch}`
  const start = `${imageFolder(variant.id)}/${shorten(variantName(variant))}${life}-${renderedAt.toString(36)}`
  const extension = formats[variant.format].extensions[0]
  return `${start}-${codeOf(start, extension, secret)}.${extension}` as ObjectKey
}

/** Keeps box and fit of a long name, and replaces its options by their hash. */
function shorten(name: string): string {
  if (name.length <= maxNameLength) return name
  const [box, fit] = name.split('-')
  return `${box}-${fit}-hash.${digestOf(name)}`
}

/** Parts of a key that names its variant. */
export type NamedKey = {
  /** SHA-256 of the id of the image. */
  readonly image: Digest
  /** Canonical text of the variant, or of the hash of its options. */
  readonly name: string
  readonly format: Format
  readonly renderedAt: number
  readonly epoch: Epoch
}

/** Parses a key that names its variant, whoever made it up. Returns undefined for any other text. */
export function parseNamedKey(text: string): NamedKey | undefined {
  const key = parseObjectKey(text)
  const [, image, name = '', epoch = '0', time = ''] =
    /^.{6}(.{64})\/([^/]+?)(?:-e(\d+))?-([\da-z]+)-[\da-f]{16}\.\w+$/.exec(key ?? '') ?? []
  if (key === undefined || image === undefined) return undefined
  const format = formatOfKey(key)
  const renderedAt = Number.parseInt(time, 36)
  return { image: image as Digest, name, format, renderedAt, epoch: Number(epoch) }
}

/**
 * Reads a key that `createObjectKeys` made with this secret, for whichever image. Returns undefined for any other text, so that
 * nothing is rendered or deleted by a key that somebody else made up.
 */
export function readCodedKey(text: string, secret: string): NamedKey | undefined {
  const [, start = '', code = '', extension = ''] = /^(.*)-([^-]*)\.(\w+)$/.exec(text) ?? []
  if (!isEqual(code, codeOf(start, extension, secret))) return undefined
  return parseNamedKey(text)
}

/** Returns the variant that a key names; undefined for another image, and for hashed options. */
export function variantOfKey({ image, name, format }: NamedKey, id: ImageId): Variant | undefined {
  return image === digestOf(id) ? parseVariantName(name, id, format) : undefined
}

/** Reads a key that `createObjectKeys` made with this secret for this image. Returns undefined for any other text. */
export function readNamedKey(
  text: string,
  id: ImageId,
  secret: string,
): NamedRendition | undefined {
  const key = readCodedKey(text, secret)
  if (key === undefined || key.image !== digestOf(id)) return undefined
  const { renderedAt, epoch } = key
  return { variant: variantOfKey(key, id), renderedAt, epoch }
}

function codeOf(start: string, extension: string, secret: string): string {
  const code = createHmac('sha256', secret).update(`${start}.${extension}`).digest('hex')
  return code.slice(0, codeLength)
}

function isEqual(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}
