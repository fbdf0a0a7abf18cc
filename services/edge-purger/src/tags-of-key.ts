import { type CacheTag, cacheTag, tagOfKey } from '@iaas/common/cache-tag'
import { parseObjectKey } from '@iaas/common/digest'
import type { ImageId } from '@iaas/common/image'

/** Object of the bucket that a cached answer is about, and the images that it may be about. */
export type CachedSubject = {
  readonly object: string | undefined
  readonly tags: readonly CacheTag[]
}

const method = /^[A-Z]{1,20}(?=\/)/
const presetPath = '/_preset/'
/** The path at the edge, and that of the bucket behind it. */
const objectFolders = /^\/(?:cdn|variants)\//

/**
 * Reads the key of a cached answer: the method, the address as the client wrote it, and after `.auto` the class of Accept.
 *
 * The id is the beginning of the path before one of its "_" or ".", or of what follows a preset. Which of them depends on the
 * configuration of the api, so all are taken: an answer about another image may be purged as well, and is only asked for again.
 */
export function readSubject(cacheKey: string): CachedSubject {
  const path = cacheKey.replace(method, '').split('?', 1)[0] ?? ''
  const decoded = decode(path)
  const object = decoded.replace(objectFolders, '')
  if (object !== decoded) return { object, tags: tagsOfObject(object) }
  const name = decoded.startsWith(presetPath)
    ? decoded.slice(presetPath.length).replace(/^[^/]*\//, '')
    : decoded.slice(1)
  return { object: undefined, tags: beginningsOf(name).map((id) => cacheTag(id as ImageId)) }
}

/** The folder before the key is `aws.key_prefix`. */
function tagsOfObject(object: string): readonly CacheTag[] {
  const [text = ''] = /[\da-f]{2}\/[\da-f]{2}\/[\da-f]{64}.*$/.exec(object) ?? []
  const key = parseObjectKey(text)
  const tag = key && tagOfKey(key)
  return tag === undefined ? [] : [tag]
}

function beginningsOf(name: string): readonly string[] {
  const normal = name.normalize('NFC')
  return [...normal.matchAll(/[._]/g)].map(({ index }) => normal.slice(0, index))
}

/** The api refuses a path that is not correctly encoded, so nothing of an image is cached under it. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return ''
  }
}
