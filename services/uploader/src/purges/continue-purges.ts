import { mostDeleted } from '@iaas/common/ports/variant-store'
import type { PurgeOrders, PurgeWork } from '@iaas/common/ports/purges'
import type { NoteCdnTargets } from './note-cdn-targets.ts'
import type { PurgeCdns } from './purge-cdns.ts'
import type { RemoveObjects } from './remove-objects.ts'

/** Orders again the purges whose order was lost, such as while the queue was away. */
export function createContinuePurges(
  work: Pick<PurgeWork, 'lost' | 'order'>,
  orders: PurgeOrders,
): () => Promise<void> {
  return async () => {
    for (const id of await work.lost()) await orders.add(await work.order(id))
  }
}

/** Removes unlinked objects once no client remembers a redirect to them. */
export function createCollectUnlinked(
  work: Pick<PurgeWork, 'unlinked' | 'removed'>,
  removeObjects: RemoveObjects,
  cdnTargets: Pick<NoteCdnTargets, 'objects'>,
): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    while (!signal.aborted) {
      const objects = await work.unlinked('due', mostDeleted)
      if (objects.length === 0) return
      const { removed, failure } = await removeObjects(objects)
      await cdnTargets.objects('collected', removed)
      await work.removed('due', removed)
      if (failure !== undefined) throw failure
    }
  }
}

/** Purges the CDNs of objects that were collected. */
export function createPurgeCollected(purgeCdns: PurgeCdns): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    while (!signal.aborted) {
      const outcome = await purgeCdns('collected')
      if (outcome === 'completed' || outcome === 'failed' || outcome.restMs > 0) return
    }
  }
}
