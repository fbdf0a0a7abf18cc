import { variantKey } from '@iaas/common/image'
import { createLinkMemory } from '@iaas/stores/memory/link-memory'
import { describeLinkCache, describeSharedLinkCache } from '@iaas/testing/contracts/link-cache'
import { createFakeLinkCache } from '@iaas/testing/fakes/link-cache'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'

describeSharedLinkCache('the fake link cache', async (options) => ({
  cache: createFakeLinkCache(options),
  async [Symbol.asyncDispose]() {},
}))

describeLinkCache('the link memory', async ({ ttlMs }) => ({
  cache: createLinkMemory({ maxItems: 100, ttlMs }),
  async [Symbol.asyncDispose]() {},
}))

describe('the link memory', () => {
  it('holds no more than its bound, and keeps what was asked for last', () => {
    const cache = createLinkMemory({ maxItems: 2, ttlMs: 60_000 })
    const [first, second, third] = [1, 2, 3].map(() => variantKey(makeVariant()))
    cache.set(first!, { address: 'https://cdn.example/1' })
    cache.set(second!, { address: 'https://cdn.example/2' })
    cache.get(first!)
    cache.set(third!, { address: 'https://cdn.example/3' })
    expect(cache.get(second!)).toBeUndefined()
    expect(cache.get(first!)).toEqual({ address: 'https://cdn.example/1' })
    expect(cache.get(third!)).toEqual({ address: 'https://cdn.example/3' })
  })

  it('F36 knows of the keys that were deleted since a lookup began, and of those only', () => {
    const memory = createLinkMemory({ maxItems: 100, ttlMs: 60_000 })
    const [deleted, other] = [variantKey(makeVariant()), variantKey(makeVariant())]
    const before = memory.generation
    memory.delete(deleted)
    expect(memory.wasDeletedSince(before, deleted)).toBe(true)
    expect(memory.wasDeletedSince(before, other)).toBe(false)
    expect(memory.wasDeletedSince(memory.generation, deleted)).toBe(false)
  })

  it('F36 takes every key for deleted once it has seen more deletions than it keeps', () => {
    const memory = createLinkMemory({ maxItems: 100, ttlMs: 60_000 })
    const before = memory.generation
    const deleted = variantKey(makeVariant())
    memory.delete(deleted)
    const other = variantKey(makeVariant())
    for (let width = 1; width <= 10_000; width += 1)
      memory.delete(variantKey(makeVariant({ width })))
    expect(memory.wasDeletedSince(before, deleted)).toBe(true)
    expect(memory.wasDeletedSince(memory.generation, other)).toBe(false)
  })

  it('R70 deletes the links of originals, or all, and counts each of their keys as deleted', () => {
    const memory = createLinkMemory({ maxItems: 10, ttlMs: 60_000 })
    const variants = [makeVariant(), makeVariant(), makeVariant()]
    const [first, second, never] = variants.map((variant) => variantKey(variant))
    for (const key of [first!, second!]) memory.set(key, { address: 'u' })
    const held = memory.recall(first!)
    const { generation } = memory
    memory.deleteOf(new Set([variants[0]!.id, variants[2]!.id]))
    expect(memory.get(first!)).toBeUndefined()
    expect(held?.expiresAt).toBe(0)
    expect(memory.get(second!)).toEqual({ address: 'u' })
    const deleted = [first!, second!, never!].map((key) => memory.wasDeletedSince(generation, key))
    expect(deleted).toEqual([true, false, true])
    memory.deleteOf('all')
    expect(memory.get(second!)).toBeUndefined()
    expect(memory.wasDeletedSince(generation, second!)).toBe(true)
    expect(memory.wasDeletedSince(memory.generation, second!)).toBe(false)
  })
})
