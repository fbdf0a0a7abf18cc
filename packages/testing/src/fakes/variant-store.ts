import { Readable } from 'node:stream'
import type { ObjectKey } from '@iaas/common/digest'
import { type VariantStore, mostListed } from '@iaas/common/ports/variant-store'

export type FakeVariantStoreOptions = {
  readonly objects?: Map<ObjectKey, Uint8Array>
}

export function createFakeVariantStore(options: FakeVariantStoreOptions = {}): VariantStore {
  const { objects = new Map<ObjectKey, Uint8Array>() } = options
  const writtenAt = new Map<ObjectKey, Date>()
  return {
    async put(key, bytes) {
      objects.set(key, bytes.slice())
      writtenAt.set(key, new Date())
    },
    async open(key) {
      const bytes = objects.get(key)
      if (bytes === undefined) return undefined
      return { size: bytes.length, body: Readable.from([bytes], { objectMode: false }) }
    },
    async delete(key) {
      objects.delete(key)
    },
    async deleteMany(keys) {
      for (const key of keys) objects.delete(key)
      return new Map()
    },
    has: async (key) => (objects.get(key)?.length ?? 0) > 0,
    async list(prefix, { after = '', limit = mostListed } = {}) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after)
      const listed = keys.toSorted().slice(0, limit)
      return {
        objects: listed.map((key) => ({
          key,
          bytes: objects.get(key)?.length ?? 0,
          modifiedAt: writtenAt.get(key) ?? new Date(0),
        })),
        next: listed.length < keys.length ? listed.at(-1) : undefined,
      }
    },
    async ping() {},
  }
}
