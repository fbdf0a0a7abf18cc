import { variantKey } from '@iaas/common/image'
import { createMemoryLinkCache } from '@iaas/common/memory/link-cache'
import { describeLinkCache } from '@iaas/testing/contracts/link-cache'
import { createFakeLinkCache } from '@iaas/testing/fakes/link-cache'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'

describeLinkCache('the fake link cache', async (options) => ({
  cache: createFakeLinkCache(options),
  async [Symbol.asyncDispose]() {},
}))

describeLinkCache('the memory link cache', async ({ ttlMs }) => ({
  cache: createMemoryLinkCache({ maxItems: 100, ttlMs }),
  async [Symbol.asyncDispose]() {},
}))

describe('the memory link cache', () => {
  it('holds no more than its bound, and keeps what was asked for last', async () => {
    const cache = createMemoryLinkCache({ maxItems: 2, ttlMs: 60_000 })
    const [first, second, third] = [1, 2, 3].map(() => variantKey(makeVariant()))
    await cache.set(first!, { url: 'https://cdn.example/1' })
    await cache.set(second!, { url: 'https://cdn.example/2' })
    await cache.get(first!)
    await cache.set(third!, { url: 'https://cdn.example/3' })
    expect(await cache.get(second!)).toBeUndefined()
    expect(await cache.get(first!)).toEqual({ url: 'https://cdn.example/1' })
    expect(await cache.get(third!)).toEqual({ url: 'https://cdn.example/3' })
  })
})
