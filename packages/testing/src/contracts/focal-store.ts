import { describe, expect, it } from '@jest/globals'
import { parseImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { FocalStore } from '@iaas/common/ports/focal-store'

export type OpenFocalStore = () => Promise<AsyncDisposable & { readonly points: FocalStore }>

const original: OriginalRef = {
  id: parseImageId('photo ü %'),
  version: '1a.2b',
  size: 46,
  modifiedAt: new Date(0),
}

export function describeFocalStore(name: string, open: OpenFocalStore): void {
  describe(`${name} keeps to the contract of a focal store`, () => {
    it('finds the point that was set last, and none before', async () => {
      await using opened = await open()
      const { points } = opened
      expect(await points.find(original)).toBeUndefined()
      await points.set(original, { x: 0.25, y: 1 })
      expect(await points.find(original)).toEqual({ x: 0.25, y: 1 })
      await points.set(original, { x: 0, y: 0.125 })
      expect(await points.find(original)).toEqual({ x: 0, y: 0.125 })
    })

    it('removes a point, and one that was never set', async () => {
      await using opened = await open()
      const { points } = opened
      await points.set(original, undefined)
      await points.set(original, { x: 0.5, y: 0.5 })
      await points.set(original, undefined)
      expect(await points.find(original)).toBeUndefined()
    })

    it('keeps the points of versions and ids apart', async () => {
      await using opened = await open()
      const { points } = opened
      const later = { ...original, version: '1a.2c' }
      const other = { ...original, id: parseImageId('photo') }
      await points.set(original, { x: 0.1, y: 0.2 })
      await points.set(later, { x: 0.3, y: 0.4 })
      expect(await points.find(other)).toBeUndefined()
      await points.set(later, undefined)
      expect(await points.find(original)).toEqual({ x: 0.1, y: 0.2 })
    })
  })
}
