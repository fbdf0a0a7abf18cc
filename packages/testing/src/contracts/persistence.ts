import { describe, expect, it } from '@jest/globals'
import type { PersistRequest, Persistence } from '@iaas/common/ports/persistence'
import { makeVariant } from '../variants.ts'

export type OpenPersistence = () => Promise<
  AsyncDisposable & {
    readonly persistence: Persistence
    /** What is queued and not done yet, in any order. */
    readonly queued: () => Promise<readonly PersistRequest[]>
  }
>

const byTime = (one: PersistRequest, other: PersistRequest) => one.renderedAt - other.renderedAt

export function describePersistence(name: string, open: OpenPersistence): void {
  describe(`${name} keeps to the contract of persistence`, () => {
    it('queues a request whole', async () => {
      await using opened = await open()
      const variant = makeVariant({ fit: 'canvas', format: 'webp', blur: true, quality: 33 })
      const request = { variant, renderedAt: 1_764_000_000_123 }
      await opened.persistence.schedule(request)
      expect(await opened.queued()).toEqual([request])
    })

    it('queues the same request once', async () => {
      await using opened = await open()
      const request = { variant: makeVariant(), renderedAt: 1_764_000_000_123 }
      await opened.persistence.schedule(request)
      await Promise.all([1, 2, 3].map(() => opened.persistence.schedule(request)))
      expect(await opened.queued()).toEqual([request])
    })

    it('queues a later rendering of the same variant as well', async () => {
      await using opened = await open()
      const variant = makeVariant()
      const requests = [1, 2].map((renderedAt) => ({ variant, renderedAt }))
      for (const request of requests) await opened.persistence.schedule(request)
      expect((await opened.queued()).toSorted(byTime)).toEqual(requests)
    })

    it('queues many at once', async () => {
      await using opened = await open()
      const requests = Array.from({ length: 50 }, (_, index) => ({
        variant: makeVariant(),
        renderedAt: 1000 + index,
      }))
      await Promise.all(requests.map((request) => opened.persistence.schedule(request)))
      expect((await opened.queued()).toSorted(byTime)).toEqual(requests)
    })
  })
}
