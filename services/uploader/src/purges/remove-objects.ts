import { createForEach } from '@iaas/common/concurrency/for-each'
import type { ObjectKey } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { digestOfKey, readKey } from '@iaas/common/object-digest'
import type { UnlinkedObject } from '@iaas/common/ports/purges'
import type { Spool } from '@iaas/common/ports/spool'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import { createListKeys } from './list-keys.ts'

export type RemovedObjects = {
  readonly removed: readonly ObjectKey[]
  /** Number of their renditions that were in the spool. */
  readonly spool: number
  /** Error of the objects that were not removed. */
  readonly failure: Error | undefined
}

/** Removes objects and makes sure that they are gone. Never rejects: some may be removed although others cannot be. */
export type RemoveObjects = (objects: readonly UnlinkedObject[]) => Promise<RemovedObjects>

export type RemoveObjectsOptions = {
  readonly variants: Pick<VariantStore, 'deleteMany' | 'list'>
  readonly spool: Pick<Spool, 'renderedAt' | 'drop'>
  readonly maxAtOnce: number
}

export function createRemoveObjects(options: RemoveObjectsOptions): RemoveObjects {
  const { variants, spool, maxAtOnce } = options
  const forEach = createForEach(maxAtOnce)
  const listKeys = createListKeys(variants)

  /** The spool comes first: what is in it could be stored again. */
  async function dropSpooled({ key, image }: UnlinkedObject): Promise<boolean> {
    const digest = digestOfKey(key, image)
    if (digest === undefined || (await spool.renderedAt(digest)) === undefined) return false
    await spool.drop(digest)
    return true
  }

  /** Finds keys that are still listed. One listing covers all keys of a place. */
  async function findLeft(keys: readonly ObjectKey[]): Promise<Failures> {
    const places = new Map<string, ObjectKey[]>()
    for (const key of keys) {
      const { place } = readKey(key)
      const others = places.get(place)
      if (others === undefined) places.set(place, [key])
      else others.push(key)
    }
    const left = new Map<ObjectKey, Error>()
    const listed = await forEach([...places], async ([place, expected]) => {
      const found = await listKeys(place, expected)
      for (const key of expected.filter((each) => found.has(each))) left.set(key, stillThere)
    })
    for (const [[, unknown], error] of listed.failed) {
      for (const key of unknown) left.set(key, error)
    }
    return left
  }

  return async function removeObjects(objects) {
    if (objects.length === 0) return nothing
    const spooled = await forEach(objects, dropSpooled)
    const unspooled = objects.filter((each) => !spooled.failed.has(each)).map(({ key }) => key)
    const refused = await variants.deleteMany(unspooled)
    const left = await findLeft(unspooled.filter((key) => !refused.has(key)))
    const [failure] = [...spooled.failed.values(), ...refused.values(), ...left.values()]
    return {
      removed: unspooled.filter((key) => !refused.has(key) && !left.has(key)),
      spool: spooled.results.filter(Boolean).length,
      failure,
    }
  }
}

const nothing: RemovedObjects = { removed: [], spool: 0, failure: undefined }

type Failures = ReadonlyMap<ObjectKey, Error>

const stillThere = new AppError('STORE_UNAVAILABLE', 'An object is still there after its removal.')
