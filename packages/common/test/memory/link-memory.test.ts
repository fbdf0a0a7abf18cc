import { variantKey } from '@iaas/common/image'
import { createLinkMemory } from '@iaas/common/memory/link-memory'
import { describeLinkCache } from '@iaas/testing/contracts/link-cache'
import { createFakeLinkCache } from '@iaas/testing/fakes/link-cache'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'

describeLinkCache('the fake link cache', async (options) => ({
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
    cache.set(first!, { url: 'https://cdn.example/1' })
    cache.set(second!, { url: 'https://cdn.example/2' })
    cache.get(first!)
    cache.set(third!, { url: 'https://cdn.example/3' })
    expect(cache.get(second!)).toBeUndefined()
    expect(cache.get(first!)).toEqual({ url: 'https://cdn.example/1' })
    expect(cache.get(third!)).toEqual({ url: 'https://cdn.example/3' })
  })
})
