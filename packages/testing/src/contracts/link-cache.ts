import { describe, expect, it } from '@jest/globals'
import { variantKey } from '@iaas/common/image'
import type { LinkCache, LinkMemory } from '@iaas/common/ports/link-store'
import { until } from '../until.ts'
import { makeVariant } from '../variants.ts'

export type OpenLinkCache = (options: {
  readonly ttlMs: number
}) => Promise<AsyncDisposable & { readonly cache: LinkCache | LinkMemory }>

const newKey = () => variantKey(makeVariant())
const link = { address: 'https://cdn.example/ab/cd/image.jpg' }
const long = { ttlMs: 60_000 }

export function describeLinkCache(name: string, open: OpenLinkCache): void {
  describe(`${name} keeps to the contract of a link cache`, () => {
    it('remembers a link, and the last one of a key', async () => {
      await using opened = await open(long)
      const key = newKey()
      expect(await opened.cache.get(key)).toBeUndefined()
      await opened.cache.set(key, { address: 'https://cdn.example/older.jpg' })
      await opened.cache.set(key, link)
      expect(await opened.cache.get(key)).toEqual(link)
      expect(await opened.cache.get(newKey())).toBeUndefined()
    })

    it('forgets a link that it is told to', async () => {
      await using opened = await open(long)
      const key = newKey()
      await opened.cache.delete(key)
      await opened.cache.set(key, link)
      await opened.cache.delete(key)
      expect(await opened.cache.get(key)).toBeUndefined()
    })

    it('forgets a link by itself once it is old, however often it is asked for', async () => {
      await using opened = await open({ ttlMs: 200 })
      const key = newKey()
      await opened.cache.set(key, link)
      await until(async () => (await opened.cache.get(key)) === undefined)
      expect(await opened.cache.get(key)).toBeUndefined()
    })
  })
}

export function describeSharedLinkCache(
  name: string,
  open: (options: {
    readonly ttlMs: number
  }) => Promise<AsyncDisposable & { readonly cache: LinkCache }>,
): void {
  describeLinkCache(name, open)

  describe(`${name} keeps to the contract of a shared link cache`, () => {
    it('F36 does not remember a link that was looked up before its deletion', async () => {
      await using opened = await open(long)
      const [deleted, other] = [newKey(), newKey()]
      await opened.cache.set(deleted, link)
      await opened.cache.delete(deleted)
      await opened.cache.set(deleted, link)
      await opened.cache.set(other, link)
      expect(await opened.cache.get(deleted)).toBeUndefined()
      expect(await opened.cache.get(other)).toEqual(link)
    })
  })
}
