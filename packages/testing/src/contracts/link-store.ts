import { describe, expect, it } from '@jest/globals'
import type { LinkStore } from '@iaas/common/ports/link-store'
import { makeVariant } from '../variants.ts'

/** Contract of every link store. `store` is one that all tests of the suite may fill. */
export function describeLinkStore(name: string, store: () => LinkStore): void {
  describe(`${name} keeps to the contract of a link store`, () => {
    it('knows nothing of a variant that was not recorded', async () => {
      expect(await store().find(makeVariant())).toBeUndefined()
    })

    it('finds what was recorded, whatever the id and the options', async () => {
      const variants = [
        makeVariant(),
        makeVariant({ fit: 'canvas', blur: true, quality: 0, format: 'webp' }),
        makeVariant({ format: 'png', width: 1, height: 65_500 }),
        makeVariant({ id: `it's "ünïcödé" % _ ${'é'.repeat(200)}` as never, quality: 100 }),
      ]
      for (const variant of variants) {
        await store().record(variant, { address: `https://cdn.example/${variant.width}` }, 1000)
        expect((await store().find(variant))?.address).toBe(`https://cdn.example/${variant.width}`)
      }
    })

    it('tells variants apart that differ in one field', async () => {
      const variant = makeVariant()
      await store().record(variant, { address: 'a' }, 1000)
      const others = [
        { width: 101 },
        { height: 81 },
        { fit: 'crop' },
        { format: 'png' },
        { blur: true },
        { quality: 5 },
      ]
      for (const part of others) {
        expect(await store().find({ ...variant, ...part } as typeof variant)).toBeUndefined()
      }
    })

    it('keeps the link of the later rendition, whatever the order of recording', async () => {
      const variant = makeVariant()
      await store().record(variant, { address: 'later' }, 2000)
      await store().record(variant, { address: 'earlier' }, 1000)
      expect((await store().find(variant))?.address).toBe('later')
      await store().record(variant, { address: 'latest' }, 3000)
      expect((await store().find(variant))?.address).toBe('latest')
    })

    it('records the same thing any number of times at once', async () => {
      const variant = makeVariant()
      await Promise.all(
        Array.from({ length: 10 }, () => store().record(variant, { address: 'same' }, 1000)),
      )
      expect((await store().find(variant))?.address).toBe('same')
    })

    it('counts the links of an original, as far as is asked', async () => {
      const variant = makeVariant({ id: 'counted' as never })
      expect(await store().count(variant.id, 10)).toBe(0)
      for (const width of [1, 2, 3])
        await store().record({ ...variant, width }, { address: 'u' }, 1000)
      await store().record({ ...variant, width: 3 }, { address: 'v' }, 2000)
      await store().record(makeVariant(), { address: 'u' }, 1000)
      expect(await store().count(variant.id, 10)).toBe(3)
      expect(await store().count(variant.id, 2)).toBe(2)
    })

    it('removes a link, but not the one that has replaced it', async () => {
      const variant = makeVariant()
      await store().record(variant, { address: 'first' }, 1000)
      await store().remove(variant, { address: 'another' })
      expect((await store().find(variant))?.address).toBe('first')
      await store().remove(variant, { address: 'first' })
      await store().remove(variant, { address: 'first' })
      expect(await store().find(variant)).toBeUndefined()
    })
  })
}
