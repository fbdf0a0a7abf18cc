import { type ObjectKey, parseObjectKey } from './digest.ts'
import type { Cdn } from './ports/cdn.ts'
import type { Link } from './ports/link-store.ts'

const origin = /^https?:\/\/[^/?#]*/i

/**
 * Creates a CDN that serves objects below one address.
 *
 * @param base prefix of a key in an address, with a slash at its end: `https://host/folder/` or `/folder/`
 */
export function createCdn(base: string): Cdn {
  const folder = base.replace(origin, '')
  return {
    address: (key) => `${base}${key}`,
    keyOf(address) {
      if (address.startsWith(base)) return parseObjectKey(address.slice(base.length))
      const path = address.replace(origin, '')
      return path.startsWith(folder) ? parseObjectKey(path.slice(folder.length)) : undefined
    },
  }
}

/** Returns the address at which clients find a stored variant now. */
export function addressOf(link: Link, cdn: Pick<Cdn, 'address'>): string {
  return link.key === undefined ? link.address : cdn.address(link.key)
}

/** Inverse of `addressOf`, for an address that was recorded with any host. */
export function toLink(address: string, cdn: Pick<Cdn, 'keyOf'>): Link {
  const key = cdn.keyOf(address)
  return key === undefined ? { address } : { key: detach(key) }
}

/** Copies a part of a string, which would otherwise keep the whole string in memory for as long as the link is cached. */
function detach(key: ObjectKey): ObjectKey {
  return Buffer.from(key, 'latin1').toString('latin1') as ObjectKey
}
