import { randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { AppError, isAppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { ObjectBucket } from '../object-bucket.ts'
import { createConditionsProbe } from './conditions.ts'
import { createTurns } from './turns.ts'
import { goneKey, pointerKey } from './layout.ts'
import { type Pointer, goneError, readPointer, writePointer } from './pointer.ts'

/** Returns the pointer that follows; undefined leaves the present one. What it throws ends the change. */
export type Decide = (present: Pointer | undefined) => Promise<Pointer | undefined>

/** Pointers of the originals in the bucket, uncached. */
export type Pointers = {
  read(id: ImageId): Promise<Pointer | undefined>
  /**
   * Switches a pointer by one put. No change of another process in between is lost where the store knows conditional puts;
   * elsewhere no deletion is, and replacements exclude each other by their claims.
   *
   * @returns the pointer before the change
   */
  change(id: ImageId, decide: Decide): Promise<Pointer | undefined>
}

type Found = { readonly pointer: Pointer; readonly stamp: string; readonly tag: string }

/** Attempts of a change, each of which lost against another one. */
const maxAttempts = 20

export function createPointers(bucket: ObjectBucket): Pointers {
  const hasConditions = createConditionsProbe(bucket)
  const inTurn = createTurns()

  async function find(id: ImageId): Promise<Found | undefined> {
    const object = await bucket.open(pointerKey(id))
    if (object === undefined) return undefined
    try {
      return { ...readPointer(await text(object.body)), tag: object.tag }
    } catch (cause) {
      throw new AppError('STORE_UNAVAILABLE', 'The pointer of an original cannot be read.', {
        cause,
      })
    }
  }

  /** Returns true if the pointer is switched. An answer may be lost, so a failure looks at what is there. */
  async function put(id: ImageId, found: Found | undefined, next: Pointer): Promise<boolean> {
    const stamp = randomUUID()
    const condition = found === undefined ? ({ absent: true } as const) : { tag: found.tag }
    const isOwn = async () => (await find(id))?.stamp === stamp
    try {
      const content = writePointer(id, next, stamp)
      const isPut = await bucket.put(
        pointerKey(id),
        content,
        (await hasConditions()) ? condition : undefined,
      )
      return isPut || (await isOwn())
    } catch (error) {
      if (isAppError(error, 'STORE_UNAVAILABLE') && (await isOwn().catch(() => false))) return true
      throw error
    }
  }

  /** Protects a deletion on stores without conditional puts. */
  async function watchDeletion(id: ImageId, next: Pointer): Promise<void> {
    if (await hasConditions()) return
    if (next.state !== 'stored' || !(await bucket.has(goneKey(id)))) return
    await bucket.put(pointerKey(id), writePointer(id, { state: 'gone' }, randomUUID()))
    throw goneError()
  }

  /** The mark stands while the pointer says that the id is gone, and from before that. */
  async function mark(id: ImageId, next: Pointer): Promise<void> {
    if (next.state === 'stored' || (await hasConditions())) return
    if (next.state === 'gone') await bucket.put(goneKey(id), '{}')
    else await bucket.delete(goneKey(id))
  }

  async function change(id: ImageId, decide: Decide): Promise<Pointer | undefined> {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const found = await find(id)
      const next = await decide(found?.pointer)
      if (next === undefined) return found?.pointer
      await mark(id, next)
      if (await put(id, found, next)) {
        await watchDeletion(id, next)
        return found?.pointer
      }
    }
    throw new AppError('STORE_UNAVAILABLE', 'The original is changed by too many others.')
  }

  return {
    read: async (id) => (await find(id))?.pointer,
    change: (id, decide) => inTurn(id, () => change(id, decide)),
  }
}
