import { createSilentLogger } from '@iaas/common/log'
import { createLinkMemory } from '@iaas/common/memory/link-memory'
import { createTelemetry } from '@iaas/common/metrics/telemetry'
import type { LinkCache, LinkStore } from '@iaas/common/ports/link-store'
import { createFakeLinkCache } from '@iaas/testing/fakes/link-cache'
import { createFakeLinkStore } from '@iaas/testing/fakes/link-store'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { createCachedLinks } from '../../src/links/cached-links.ts'
import { createApiMetrics } from '../../src/metrics/api-metrics.ts'

const link = { url: 'https://cdn.example/1.jpg' }
const variant = makeVariant()

function createLinks() {
  const log = createSilentLogger()
  const asked = { redis: 0, database: 0 }
  const [cache, rows] = [createFakeLinkCache(), createFakeLinkStore()]
  const shared: LinkCache = {
    ...cache,
    get(key) {
      asked.redis += 1
      return cache.get(key)
    },
  }
  const store: LinkStore = {
    ...rows,
    find(wanted) {
      asked.database += 1
      return rows.find(wanted)
    },
  }
  const memory = createLinkMemory({ maxItems: 10, ttlMs: 60_000 })
  const metrics = createApiMetrics(createTelemetry('test', log).registry, { flights: () => 0 })
  return { asked, store, memory, links: createCachedLinks({ store, memory, shared, metrics, log }) }
}

describe('links behind memories', () => {
  it('R12 are asked for once, however many want the same at once', async () => {
    const { links, asked } = createLinks()
    const found = await Promise.all(Array.from({ length: 100 }, () => links.find(variant)))
    expect(found.every((one) => one === undefined)).toBe(true)
    expect(asked).toEqual({ redis: 1, database: 1 })
    await links.find(variant)
    expect(asked).toEqual({ redis: 2, database: 2 })
  })

  it('are asked for in the store alone where it has to be what is so now', async () => {
    const { links, store, asked } = createLinks()
    const earlier = links.find(variant)
    await store.record(variant, link, 1)
    expect(await links.findStored(variant)).toEqual(link)
    await earlier
    expect(asked).toEqual({ redis: 1, database: 2 })
  })

  it('are in memory from then on', async () => {
    const { links, store, asked } = createLinks()
    await store.record(variant, link, 1)
    for (let round = 0; round < 3; round += 1) expect(await links.find(variant)).toEqual(link)
    expect(asked).toEqual({ redis: 1, database: 1 })
  })
})
