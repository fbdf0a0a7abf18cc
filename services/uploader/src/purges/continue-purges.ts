import type { PurgeOrders, PurgeWork } from '@iaas/common/ports/purges'
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

const maxObjects = 500

/** Removes unlinked objects once no client remembers a redirect to them. */
export function createCollectUnlinked(
  work: Pick<PurgeWork, 'unlinked' | 'removed'>,
  removeObjects: RemoveObjects,
): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    while (!signal.aborted) {
      const keys = await work.unlinked('due', maxObjects)
      if (keys.length === 0) return
      const { removed, failure } = await removeObjects(keys)
      await work.removed('due', removed)
      if (failure !== undefined) throw failure
    }
  }
}
