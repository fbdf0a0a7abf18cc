import type { ObjectKey } from '@iaas/common/digest'
import type { ImageId } from '@iaas/common/image'
import type { CdnPurger } from '@iaas/common/ports/cdn-purger'
import type { CdnPurgeId, CdnTarget, CdnWork } from '@iaas/common/ports/cdn-work'
import type { Purge } from '@iaas/common/ports/purges'

/** Notes what the CDNs have to drop, so that no crash loses it. Does nothing where there is no CDN. */
export type NoteCdnTargets = {
  /** Notes images before their links are removed. The images that a selector names are noted by `begin`. */
  images(purge: Purge, ids: readonly ImageId[]): Promise<void>
  /** Notes objects after their removal. */
  objects(purge: CdnPurgeId, keys: readonly ObjectKey[]): Promise<void>
  /** Notes what the selector says, once the objects are gone. Returns false if there is nothing to do at any CDN. */
  begin(purge: Purge): Promise<boolean>
}

/** More targets of one purge are replaced by everything that a CDN has: each would cost a request, and often money. */
const mostTargets = 10_000

export function createNoteCdnTargets(
  purgers: readonly CdnPurger[],
  work: Pick<CdnWork, 'note' | 'widen'>,
): NoteCdnTargets {
  async function note(purge: CdnPurgeId, targetsOf: (purger: CdnPurger) => readonly CdnTarget[]) {
    const notes = purgers.map((purger) => ({ cdn: purger.name, targets: targetsOf(purger) }))
    if (notes.some(({ targets }) => targets.length > 0)) await work.note(purge, notes)
  }

  return {
    async images({ id, selector }, ids) {
      if ('ids' in selector || 'everything' in selector) return
      await note(id, () => ids.map(toImage))
    },
    objects: (purge, keys) =>
      note(purge, (purger) => {
        // Nothing is known of the images of objects that are collected.
        const untagged = purge === 'collected' ? keys : keys.filter((key) => purger.needsKey(key))
        return untagged.map((value) => ({ kind: 'object', value }))
      }),
    async begin({ id, selector, options }) {
      if (purgers.length === 0 || options.dry_run === true) return false
      if ('ids' in selector) await note(id, () => selector.ids.map(toImage))
      if ('everything' in selector) await note(id, () => [{ kind: 'everything', value: '' }])
      await work.widen(id, mostTargets)
      return true
    },
  }
}

function toImage(value: ImageId): CdnTarget {
  return { kind: 'image', value }
}
