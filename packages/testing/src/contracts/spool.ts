import { describe, expect, it } from '@jest/globals'
import { variantDigest } from '@iaas/common/digest'
import type { Spool } from '@iaas/common/ports/spool'
import { makeVariant } from '../variants.ts'

/** Generous enough for small images, whatever overhead an adapter adds. */
const bounds = { maxItems: 3, maxBytes: 10_000 }

export type OpenSpool = (
  limits: typeof bounds,
) => Promise<AsyncDisposable & { readonly spool: Spool; readonly reopen: () => Spool }>

const newDigest = () => variantDigest(makeVariant())
const image = (length: number, fill = 7) => new Uint8Array(length).fill(fill)
const refusal = { code: 'SPOOL_FULL' }

/** Contract of every spool. `reopen` opens the existing data as another process would. */
export function describeSpool(name: string, open: OpenSpool): void {
  describe(`${name} keeps to the contract of a spool`, () => {
    it('gives back the bytes and their time, byte for byte', async () => {
      await using opened = await open(bounds)
      const digest = newDigest()
      const bytes = Uint8Array.from({ length: 512 }, (_, index) => index % 256)
      await opened.spool.put(digest, { bytes, renderedAt: 1_764_000_000_123 })
      const spooled = await opened.spool.get(digest)
      expect(Buffer.from(spooled?.bytes ?? [])).toEqual(Buffer.from(bytes))
      expect(spooled?.renderedAt).toBe(1_764_000_000_123)
    })

    it('knows nothing of what it was not given, nor of what it was told to drop', async () => {
      await using opened = await open(bounds)
      const digest = newDigest()
      expect(await opened.spool.get(digest)).toBeUndefined()
      await opened.spool.put(digest, { bytes: image(5), renderedAt: 1 })
      await opened.spool.drop(digest)
      await opened.spool.drop(digest)
      expect(await opened.spool.get(digest)).toBeUndefined()
    })

    it('tells what an entry takes before it is read', async () => {
      await using opened = await open(bounds)
      const digest = newDigest()
      expect(await opened.spool.size(digest)).toBeUndefined()
      await opened.spool.put(digest, { bytes: image(600), renderedAt: 1 })
      const size = await opened.spool.size(digest)
      expect(size).toBeGreaterThanOrEqual(600)
      expect(size).toBeLessThan(620)
      await opened.spool.drop(digest)
      expect(await opened.spool.size(digest)).toBeUndefined()
    })

    it('tells when an entry was rendered', async () => {
      await using opened = await open(bounds)
      const digest = newDigest()
      expect(await opened.spool.renderedAt(digest)).toBeUndefined()
      await opened.spool.put(digest, { bytes: image(600), renderedAt: 1_764_000_000_123 })
      expect(await opened.spool.renderedAt(digest)).toBe(1_764_000_000_123)
      await opened.spool.drop(digest)
      expect(await opened.spool.renderedAt(digest)).toBeUndefined()
    })

    it('replaces an earlier rendition of the same variant', async () => {
      await using opened = await open(bounds)
      const digest = newDigest()
      await opened.spool.put(digest, { bytes: image(5, 1), renderedAt: 1 })
      await opened.spool.put(digest, { bytes: image(6, 2), renderedAt: 2 })
      const spooled = await opened.spool.get(digest)
      expect(spooled?.renderedAt).toBe(2)
      expect(Buffer.from(spooled?.bytes ?? [])).toEqual(Buffer.from(image(6, 2)))
    })

    it('refuses more items than its bound until one is dropped', async () => {
      await using opened = await open(bounds)
      const first = newDigest()
      for (const digest of [first, newDigest(), newDigest()]) {
        await opened.spool.put(digest, { bytes: image(5), renderedAt: 1 })
      }
      const putAnother = () => opened.spool.put(newDigest(), { bytes: image(5), renderedAt: 1 })
      await expect(putAnother()).rejects.toMatchObject(refusal)
      await opened.spool.drop(first)
      await putAnother()
    })

    it('refuses more bytes than its bound, and goes on with what fits', async () => {
      await using opened = await open(bounds)
      await opened.spool.put(newDigest(), { bytes: image(6000), renderedAt: 1 })
      const large = opened.spool.put(newDigest(), { bytes: image(6000), renderedAt: 1 })
      await expect(large).rejects.toMatchObject(refusal)
      await opened.spool.put(newDigest(), { bytes: image(2000), renderedAt: 1 })
    })

    it('counts a replaced rendition once', async () => {
      await using opened = await open(bounds)
      const digest = newDigest()
      for (let renderedAt = 1; renderedAt <= 10; renderedAt += 1) {
        await opened.spool.put(digest, { bytes: image(6000), renderedAt })
      }
      expect((await opened.spool.get(digest))?.renderedAt).toBe(10)
    })

    it('holds its bound against many at once', async () => {
      await using opened = await open(bounds)
      const puts = Array.from({ length: 20 }, () =>
        opened.spool.put(newDigest(), { bytes: image(5), renderedAt: 1 }),
      )
      const results = await Promise.allSettled(puts)
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    })

    it('tells what lies in it', async () => {
      await using opened = await open(bounds)
      expect(await opened.spool.usage()).toEqual({ items: 0, bytes: 0 })
      const [first, second] = [newDigest(), newDigest()]
      await opened.spool.put(first, { bytes: image(600), renderedAt: 1 })
      await opened.spool.put(second, { bytes: image(900), renderedAt: 1 })
      const full = await opened.spool.usage()
      expect(full.items).toBe(2)
      expect(full.bytes).toBeGreaterThanOrEqual(1500)
      expect(full.bytes).toBeLessThan(1600)
      await opened.spool.drop(first)
      expect((await opened.spool.usage()).bytes).toBeLessThan(1000)
      await opened.spool.drop(second)
      expect(await opened.spool.usage()).toEqual({ items: 0, bytes: 0 })
    })

    it('keeps its entries and its bound when it is opened again', async () => {
      await using opened = await open(bounds)
      const digests = [newDigest(), newDigest(), newDigest()]
      for (const digest of digests) {
        await opened.spool.put(digest, { bytes: image(5), renderedAt: 9 })
      }
      const again = opened.reopen()
      for (const digest of digests) expect((await again.get(digest))?.renderedAt).toBe(9)
      const more = again.put(newDigest(), { bytes: image(5), renderedAt: 1 })
      await expect(more).rejects.toMatchObject(refusal)
    })
  })
}
