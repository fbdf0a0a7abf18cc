import { createBound } from '@iaas/common/concurrency/bounded'
import type { ObjectKey } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { digestOfKey } from '@iaas/common/object-digest'
import type { Spool } from '@iaas/common/ports/spool'
import type { VariantStore } from '@iaas/common/ports/variant-store'

export type RemovedObjects = {
  readonly removed: readonly ObjectKey[]
  /** Number of their renditions that were in the spool. */
  readonly spool: number
  /** Error of the objects that were not removed. */
  readonly failure: Error | undefined
}

/** Removes objects and makes sure that they are gone. Never rejects: some may be removed although others cannot be. */
export type RemoveObjects = (keys: readonly ObjectKey[]) => Promise<RemovedObjects>

export type RemoveObjectsOptions = {
  readonly variants: Pick<VariantStore, 'delete' | 'has'>
  readonly spool: Pick<Spool, 'renderedAt' | 'drop'>
  readonly maxAtOnce: number
}

export function createRemoveObjects(options: RemoveObjectsOptions): RemoveObjects {
  const { variants, spool, maxAtOnce } = options
  const bounded = createBound({
    maxAtOnce,
    maxWaitMs: 2 ** 31 - 1,
    refusal: () => new Error('The removal did not begin.'),
  })

  async function dropSpooled(key: ObjectKey): Promise<boolean> {
    const digest = digestOfKey(key)
    if (digest === undefined || (await spool.renderedAt(digest)) === undefined) return false
    await spool.drop(digest)
    return true
  }

  async function remove(key: ObjectKey): Promise<boolean> {
    const wasSpooled = await dropSpooled(key)
    await variants.delete(key)
    if (await variants.has(key)) {
      throw new AppError('STORE_UNAVAILABLE', 'An object is still there after its removal.')
    }
    return wasSpooled
  }

  return async function removeObjects(keys) {
    const results = await Promise.allSettled(keys.map((key) => bounded(() => remove(key))))
    const failed = results.find((result) => result.status === 'rejected')
    const isRemoved = (_key: ObjectKey, index: number) => results[index]?.status === 'fulfilled'
    const spooled = results.filter((result) => result.status === 'fulfilled' && result.value)
    return {
      removed: keys.filter(isRemoved),
      spool: spooled.length,
      failure: failed && toError(failed.reason),
    }
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error
    ? reason
    : new Error('An object was not removed.', { cause: reason })
}
