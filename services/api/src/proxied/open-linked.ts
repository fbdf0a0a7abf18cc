import { isAppError } from '@iaas/common/errors'
import type { Variant } from '@iaas/common/image'
import type { Link } from '@iaas/common/ports/link-store'
import type { StoredObject } from '@iaas/common/ports/variant-store'
import type { CachedLinks } from '../links/cached-links.ts'
import type { OpenStored } from './open-stored.ts'

/** The object of a link, or `unread`. `isStored`: its link is kept; otherwise the object is gone, and the link with it. */
export type LinkedObject =
  | { readonly kind: 'open'; readonly object: StoredObject }
  | { readonly kind: 'unread'; readonly isStored: boolean }

/** Opens the object of a link for a client. @throws AppError RENDERER_BUSY */
export type OpenLinked = (variant: Variant, link: Link, client: string) => Promise<LinkedObject>

export type OpenLinkedOptions = {
  readonly openStored: OpenStored
  readonly links: Pick<CachedLinks, 'remove'>
}

export function createOpenLinked({ openStored, links }: OpenLinkedOptions): OpenLinked {
  return async function openLinked(variant, link, client) {
    // Fetches only objects of our own store, whatever address a row contains.
    if (link.key === undefined) return { kind: 'unread', isStored: true }
    try {
      const object = await openStored(link.key, client)
      if (object !== undefined) return { kind: 'open', object }
      return { kind: 'unread', isStored: !(await links.remove(variant, link)) }
    } catch (error) {
      // Rethrows: a render would cost more than the read that found no room.
      if (isAppError(error, 'RENDERER_BUSY')) throw error
      return { kind: 'unread', isStored: true }
    }
  }
}
