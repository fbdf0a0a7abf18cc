import { type ObjectKey, digestOf } from './digest.ts'
import type { ImageId } from './image/index.ts'

/** Names an image in the caches of CDNs: 32 hexadecimal digits, since some CDNs ignore the letter case of tags. */
export type CacheTag = string & { readonly __brand: 'CacheTag' }

/** Returns the tag of everything that is made of an image: a hash, so that headers do not show ids. */
export function cacheTag(id: ImageId): CacheTag {
  return digestOf(id).slice(0, 32) as CacheTag
}

/** Returns the tag of the image of an object; undefined if its key does not tell the image. */
export function tagOfKey(key: ObjectKey): CacheTag | undefined {
  const [, , digest = '', ...name] = key.split('/')
  return name.length === 0 ? undefined : (digest.slice(0, 32) as CacheTag)
}
