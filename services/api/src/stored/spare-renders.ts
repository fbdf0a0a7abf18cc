import type { VariantKey } from '@iaas/common/image'

/** Bounds renders that replace stored variants during an outage, so that new variants keep most of the renderers. */
export type SpareRenders = {
  /** Does the work if its variant is in progress already, or another may be. Otherwise returns undefined. */
  run<T>(key: VariantKey, work: () => Promise<T>): Promise<T> | undefined
}

/** @param max variants in progress at once */
export function createSpareRenders(max: number): SpareRenders {
  const inProgress = new Map<VariantKey, number>()

  function release(key: VariantKey): void {
    const left = (inProgress.get(key) ?? 1) - 1
    if (left === 0) inProgress.delete(key)
    else inProgress.set(key, left)
  }

  return {
    run(key, work) {
      if (!inProgress.has(key) && inProgress.size >= max) return undefined
      inProgress.set(key, (inProgress.get(key) ?? 0) + 1)
      return work().finally(() => release(key))
    },
  }
}
