import { buffer } from 'node:stream/consumers'
import { withDeadline } from '../platform/concurrency/with-deadline.ts'
import type { ObjectKey } from '../digest.ts'
import { AppError } from '../errors.ts'
import type { VariantStore } from '../ports/variant-store.ts'

/** Timeout for reading a whole object, ms. */
const readLimitMs = 10_000

/** Reads a whole object. Returns undefined if there is none. @throws AppError STORE_UNAVAILABLE */
export async function readObject(
  variants: Pick<VariantStore, 'open'>,
  key: ObjectKey,
): Promise<Buffer | undefined> {
  const object = await variants.open(key)
  if (object === undefined) return undefined
  try {
    return await withDeadline(buffer(object.body), readLimitMs)
  } catch (cause) {
    throw new AppError('STORE_UNAVAILABLE', 'A stored object ended early.', { cause })
  } finally {
    object.body.destroy()
  }
}
