import type { Point } from '@iaas/common/image'
import { type OriginalKey, originalKey } from '@iaas/common/original-ref'
import type { FocalStore } from '@iaas/common/ports/focal-store'

export function createFakeFocalStore(): FocalStore {
  const points = new Map<OriginalKey, Point>()
  return {
    find: async (original) => points.get(originalKey(original)),
    async set(original, point) {
      if (point === undefined) points.delete(originalKey(original))
      else points.set(originalKey(original), point)
    },
  }
}
