import { randomUUID } from 'node:crypto'
import { isAppError } from '@iaas/common/errors'
import type { ObjectBucket } from '../object-bucket.ts'

const probeKey = 'probe'

/**
 * Finds out if the store refuses puts whose condition does not hold. Some stores answer that they do not know conditions,
 * others put the object all the same.
 */
export function createConditionsProbe(bucket: ObjectBucket): () => Promise<boolean> {
  async function probe(): Promise<boolean> {
    await bucket.put(probeKey, randomUUID())
    const absent = () => bucket.put(probeKey, randomUUID(), { absent: true })
    const otherTag = () => bucket.put(probeKey, randomUUID(), { tag: '"0"' })
    return (await refuses(absent)) && (await refuses(otherTag))
  }

  let known: Promise<boolean> | undefined
  return () => {
    known ??= probe().catch((error: unknown) => {
      known = undefined
      throw error
    })
    return known
  }
}

/** Statuses of a store that does not know the header. */
function isUnknown(cause: unknown): boolean {
  const status = (
    cause as { readonly $metadata?: { readonly httpStatusCode?: number } } | undefined
  )?.$metadata?.httpStatusCode
  return status === 400 || status === 501
}

async function refuses(put: () => Promise<boolean>): Promise<boolean> {
  try {
    return !(await put())
  } catch (error) {
    if (isAppError(error, 'STORE_UNAVAILABLE') && isUnknown(error.cause)) return false
    throw error
  }
}
