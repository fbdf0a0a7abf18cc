import { type ObjectKey, parseObjectKey } from './digest.ts'
import type { Cdn } from './ports/cdn.ts'

const origin = /^https?:\/\/[^/?#]*/i

/**
 * Creates a CDN that serves objects below one address.
 *
 * @param base prefix of a key in an address, with a slash at its end: `https://host/folder/` or `/folder/`
 */
export function createCdn(base: string): Cdn {
  const folder = base.replace(origin, '')

  function keyOf(url: string): ObjectKey | undefined {
    if (url.startsWith(base)) return parseObjectKey(url.slice(base.length))
    const path = url.replace(origin, '')
    return path.startsWith(folder) ? parseObjectKey(path.slice(folder.length)) : undefined
  }

  return {
    url: (key) => `${base}${key}`,
    keyOf,
    current(url) {
      if (url.startsWith(base)) return url
      const key = keyOf(url)
      return key === undefined ? url : `${base}${key}`
    },
  }
}
