import { Readable } from 'node:stream'
import type { ObjectKey } from '@iaas/common/digest'
import type { VariantStore } from '@iaas/common/ports/variant-store'

export type FakeVariantStoreOptions = {
  readonly objects?: Map<ObjectKey, Uint8Array>
}

export function createFakeVariantStore(options: FakeVariantStoreOptions = {}): VariantStore {
  const { objects = new Map<ObjectKey, Uint8Array>() } = options
  return {
    async put(key, bytes) {
      objects.set(key, bytes.slice())
    },
    async open(key) {
      const bytes = objects.get(key)
      if (bytes === undefined) return undefined
      return { size: bytes.length, body: Readable.from([bytes], { objectMode: false }) }
    },
    async delete(key) {
      objects.delete(key)
    },
    has: async (key) => (objects.get(key)?.length ?? 0) > 0,
    async ping() {},
  }
}
