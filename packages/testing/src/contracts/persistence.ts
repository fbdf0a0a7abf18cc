import { describe, expect, it } from '@jest/globals'
import type { WaitingRendition, Persistence } from '@iaas/common/ports/persistence'
import { makeVariant } from '../variants.ts'

export type OpenPersistence = () => Promise<
  AsyncDisposable & {
    readonly persistence: Persistence
    /** Returns the queued renditions that are not done yet, in any order. */
    readonly queued: () => Promise<readonly WaitingRendition[]>
  }
>

const byTime = (one: WaitingRendition, other: WaitingRendition) => one.renderedAt - other.renderedAt

export function describePersistence(name: string, open: OpenPersistence): void {
  describe(`${name} keeps to the contract of persistence`, () => {
    it('queues a rendition whole', async () => {
      await using opened = await open()
      const variant = makeVariant({ fit: 'canvas', format: 'webp', blur: true, quality: 33 })
      const rendition = { variant, renderedAt: 1_764_000_000_123 }
      await opened.persistence.schedule(rendition)
      expect(await opened.queued()).toEqual([rendition])
    })

    it('queues the same rendition once', async () => {
      await using opened = await open()
      const rendition = { variant: makeVariant(), renderedAt: 1_764_000_000_123 }
      await opened.persistence.schedule(rendition)
      await Promise.all([1, 2, 3].map(() => opened.persistence.schedule(rendition)))
      expect(await opened.queued()).toEqual([rendition])
    })

    it('queues a later rendition of the same variant as well', async () => {
      await using opened = await open()
      const variant = makeVariant()
      const renditions = [1, 2].map((renderedAt) => ({ variant, renderedAt }))
      for (const rendition of renditions) await opened.persistence.schedule(rendition)
      expect((await opened.queued()).toSorted(byTime)).toEqual(renditions)
    })

    it('queues many at once', async () => {
      await using opened = await open()
      const renditions = Array.from({ length: 50 }, (_, index) => ({
        variant: makeVariant(),
        renderedAt: 1000 + index,
      }))
      await Promise.all(renditions.map((rendition) => opened.persistence.schedule(rendition)))
      expect((await opened.queued()).toSorted(byTime)).toEqual(renditions)
    })
  })
}
