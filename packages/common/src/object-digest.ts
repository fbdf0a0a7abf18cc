import type { Digest, ObjectKey } from './digest.ts'

/** Returns the digest in the key of an object, under which its rendition lay in the spool; undefined if it has none. */
export function digestOfKey(key: ObjectKey): Digest | undefined {
  return /([\da-f]{64})-[\da-z]+\.\w+$/.exec(key)?.[1] as Digest | undefined
}
