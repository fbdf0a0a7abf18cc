import { setTimeout as delay } from 'node:timers/promises'
import { parseObjectKey } from '@iaas/common/digest'
import type { Collection, CollectionPage, CollectionWork } from '@iaas/common/ports/collections'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import type { UploaderMetrics } from '../metrics.ts'

export type CollectGarbageOptions = {
  readonly work: CollectionWork
  readonly variants: Pick<VariantStore, 'list'>
  readonly metrics: Pick<UploaderMetrics, 'collected'>
  /** Names this process among the uploaders. */
  readonly worker: string
  /** Rest after each listing, ms. */
  readonly restMs: number
}

/**
 * Walks the variant store in the order of the keys and notes objects without a link, which `createCollectUnlinked` removes. Goes
 * on where another process was killed. Does nothing if no collection runs, or another process works on it.
 */
export function createCollectGarbage(
  options: CollectGarbageOptions,
): (signal: AbortSignal) => Promise<void> {
  const { work, variants, metrics, worker, restMs } = options

  async function read({ position }: Collection): Promise<CollectionPage> {
    const after = position === '' ? undefined : position
    const { objects, next } = await variants.list('', { after })
    const judged = objects.map(({ key, modifiedAt }) => ({
      name: key,
      key: parseObjectKey(key),
      modifiedAt,
    }))
    return {
      own: judged.flatMap(({ key, modifiedAt }) =>
        key === undefined ? [] : [{ key, modifiedAt }],
      ),
      foreign: judged.filter(({ key }) => key === undefined).map(({ name }) => name),
      next,
    }
  }

  return async function collectGarbage(signal) {
    while (!signal.aborted) {
      const collection = await work.claim(worker)
      if (collection === undefined) return
      const counts = await work.judge(collection, worker, await read(collection))
      if (counts !== undefined) metrics.collected(counts)
      await delay(restMs, undefined, { signal }).catch(() => {})
    }
  }
}
