import { describe, expect, it } from '@jest/globals'
import { type ObjectKey, objectKey } from '@iaas/common/digest'
import type { ImageId } from '@iaas/common/image'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import { readObject } from '@iaas/common/streams/read-object'
import { makeVariant } from '../variants.ts'

export type OpenVariantStore = () => Promise<AsyncDisposable & { readonly variants: VariantStore }>

const newKey = (renderedAt = 1_764_000_000_000) => objectKey(makeVariant(), renderedAt)

/** Creates bytes that are neither text nor a shorter image. */
const makeBytes = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 31) % 256)

/** Stores objects of different images. Returns their keys in order. */
async function putSome(variants: VariantStore, count: number): Promise<readonly ObjectKey[]> {
  const keys = Array.from({ length: count }, (_, at) =>
    objectKey(makeVariant({ id: `image${at}` as ImageId }), 1_764_000_000_000),
  )
  for (const key of keys) await variants.put(key, makeBytes(10), 'image/jpeg')
  return keys.toSorted()
}

export function describeVariantStore(name: string, open: OpenVariantStore): void {
  describe(`${name} keeps to the contract of a variant store`, () => {
    it.each([0, 1, 300_054])('gives back %d bytes as they were put', async (length) => {
      await using opened = await open()
      const key = newKey()
      await opened.variants.put(key, makeBytes(length), 'image/jpeg')
      const bytes = await readObject(opened.variants, key)
      expect(bytes?.equals(makeBytes(length))).toBe(true)
    })

    it('tells the size of an object before it is read, and lets it go unread', async () => {
      await using opened = await open()
      const key = newKey()
      await opened.variants.put(key, makeBytes(300_054), 'image/jpeg')
      const object = await opened.variants.open(key)
      expect(object?.size).toBe(300_054)
      object?.body.destroy()
      expect((await readObject(opened.variants, key))?.length).toBe(300_054)
    })

    it('keeps one object where the same is put again, also at the same time', async () => {
      await using opened = await open()
      const key = newKey()
      const put = () => opened.variants.put(key, makeBytes(1000), 'image/jpeg')
      await Promise.all([put(), put(), put()])
      await put()
      expect((await readObject(opened.variants, key))?.equals(makeBytes(1000))).toBe(true)
    })

    it('keeps a later rendition of a variant apart from an earlier one', async () => {
      await using opened = await open()
      const variant = makeVariant({ format: 'png' })
      const [earlier, later] = [objectKey(variant, 1000), objectKey(variant, 2000)]
      await opened.variants.put(earlier, makeBytes(10), 'image/png')
      await opened.variants.put(later, makeBytes(20), 'image/png')
      expect(await readObject(opened.variants, earlier)).toHaveLength(10)
      expect(await readObject(opened.variants, later)).toHaveLength(20)
    })

    it('has nothing under a key that was not put or was deleted', async () => {
      await using opened = await open()
      const key = newKey()
      expect(await opened.variants.open(key)).toBeUndefined()
      expect(await opened.variants.has(key)).toBe(false)
      await opened.variants.delete(key)
      await opened.variants.put(key, makeBytes(10), 'image/webp')
      expect(await opened.variants.has(key)).toBe(true)
      await opened.variants.delete(key)
      expect(await opened.variants.open(key)).toBeUndefined()
    })

    it('deletes many objects at once, whether they are there or not, and no others', async () => {
      await using opened = await open()
      const keys = await putSome(opened.variants, 5)
      const missing = objectKey(makeVariant({ width: 7 }), 1)
      expect(await opened.variants.deleteMany([...keys.slice(0, 3), missing])).toEqual(new Map())
      const { objects } = await opened.variants.list('')
      expect(objects.map(({ key }) => key)).toEqual(keys.slice(3))
      expect(await opened.variants.deleteMany([])).toEqual(new Map())
    })

    it('takes an empty object for none, so that it is stored again', async () => {
      await using opened = await open()
      const key = newKey()
      await opened.variants.put(key, makeBytes(0), 'image/jpeg')
      expect(await opened.variants.has(key)).toBe(false)
    })

    it('lists an object with its bytes and the time of its last write', async () => {
      await using opened = await open()
      const key = newKey()
      await opened.variants.put(key, makeBytes(1234), 'image/jpeg')
      const { objects, next } = await opened.variants.list('')
      expect(objects).toEqual([{ key, bytes: 1234, modifiedAt: expect.anything() }])
      expect(Math.abs(Date.now() - Number(objects[0]?.modifiedAt))).toBeLessThan(3_600_000)
      expect(next).toBeUndefined()
      await opened.variants.delete(key)
      expect(await opened.variants.list('')).toEqual({ objects: [], next: undefined })
    })

    it('lists each object once and in the order of the keys, part by part', async () => {
      await using opened = await open()
      const keys = await putSome(opened.variants, 7)
      const listed: string[] = []
      for (let after: string | undefined, isFirst = true; isFirst || after !== undefined;) {
        const { objects, next } = await opened.variants.list('', { after, limit: 2 })
        expect(objects.length).toBeLessThanOrEqual(2)
        listed.push(...objects.map(({ key }) => key))
        isFirst = false
        after = next
      }
      expect(listed).toEqual(keys)
    })

    it('lists nothing but keys that begin with a text, which need not end with a folder', async () => {
      await using opened = await open()
      const keys = await putSome(opened.variants, 5)
      for (const length of [1, 2, 3, 5, 6, 20, 70]) {
        const prefix = keys[2]?.slice(0, length) ?? ''
        const { objects } = await opened.variants.list(prefix)
        expect(objects.map(({ key }) => key)).toEqual(keys.filter((key) => key.startsWith(prefix)))
      }
    })

    it('lists what comes after a key, also after one that is not there', async () => {
      await using opened = await open()
      const keys = await putSome(opened.variants, 5)
      const listAfter = async (after: string) =>
        (await opened.variants.list('', { after })).objects.map(({ key }) => key)
      expect(await listAfter(keys[1] ?? '')).toEqual(keys.slice(2))
      expect(await listAfter(`${keys[1]}0`)).toEqual(keys.slice(2))
      expect(await listAfter(keys[1]?.slice(0, 70) ?? '')).toEqual(keys.slice(1))
      expect(await listAfter('~')).toEqual([])
    })

    it.each(['../', '/', '..', 'aa/../', './'])('lists nothing for %j', async (prefix) => {
      await using opened = await open()
      await putSome(opened.variants, 1)
      expect(await opened.variants.list(prefix)).toEqual({ objects: [], next: undefined })
    })

    it('answers a ping', async () => {
      await using opened = await open()
      await expect(opened.variants.ping()).resolves.toBeUndefined()
    })
  })
}
