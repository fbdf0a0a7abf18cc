import { keyInEpoch } from '@iaas/common/digest'
import { createSilentLogger } from '@iaas/common/log'
import { createLinkMemory } from '@iaas/stores/memory/link-memory'
import { createTelemetry } from '@iaas/common/metrics/telemetry'
import type { LinkCache, LinkStore } from '@iaas/common/ports/link-store'
import { createFakeLinkCache } from '@iaas/testing/fakes/link-cache'
import { createFakeLinkStore } from '@iaas/testing/fakes/link-store'
import { variantKey } from '@iaas/common/image'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { createCachedLinks } from '../../src/links/cached-links.ts'
import { createKnownTargets } from '../../src/fast-lane/known-targets.ts'
import { createApiMetrics } from '../../src/metrics/api-metrics.ts'
import { createTrustedEpochs } from '../epochs/_epochs.ts'

const link = { address: 'https://cdn.example/1.jpg' }
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
  const epochs = createTrustedEpochs()
  epochs.onRaise((originals) => memory.deleteOf(originals))
  const metrics = createApiMetrics(createTelemetry('test', log).registry, { flights: () => 0 })
  return {
    asked,
    store,
    memory,
    epochs,
    links: createCachedLinks({ store, memory, shared, epochs, metrics, log }),
  }
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

/** Links in fakes whose lookups a test holds open; `delete` does what a deletion of the row brings about. */
function createHeldLinks() {
  const log = createSilentLogger()
  const metrics = createApiMetrics(createTelemetry('test', log).registry, { flights: () => 0 })
  const [cache, rows] = [createFakeLinkCache(), createFakeLinkStore()]
  const held: (() => void)[] = []
  /** Has read, but is not heard yet. */
  async function hold<T>(read: Promise<T>): Promise<T> {
    const found = await read
    await new Promise<void>((resolve) => held.push(resolve))
    return found
  }
  const isHeld = { redis: false, database: false }
  const shared: LinkCache = {
    ...cache,
    get: (wanted) => (isHeld.redis ? hold(cache.get(wanted)) : cache.get(wanted)),
  }
  const store: LinkStore = {
    ...rows,
    find: (wanted) => (isHeld.database ? hold(rows.find(wanted)) : rows.find(wanted)),
  }
  const memory = createLinkMemory({ maxItems: 10, ttlMs: 60_000 })
  const epochs = createTrustedEpochs()
  epochs.onRaise((originals) => memory.deleteOf(originals))
  return {
    cache,
    memory,
    rows,
    epochs,
    isHeld,
    links: createCachedLinks({ store, memory, shared, epochs, metrics, log }),
    targets: createKnownTargets({ memory, maxTargets: 10, metrics }),
    untilHeld: (lookups: number) => until(() => held.length === lookups),
    release() {
      for (const resolve of held.splice(0)) resolve()
    },
    async delete() {
      rows.clear()
      memory.delete(key)
      await cache.delete(key)
    },
  }
}

const key = variantKey(variant)
const target = '/a_1_1.jpg'

describe('a lookup that a deletion overtakes', () => {
  it.each(['find', 'findStored'] as const)(
    'F36 of the database by %s is remembered nowhere',
    async (find) => {
      const { links, rows, memory, cache, targets, isHeld, ...rig } = createHeldLinks()
      await rows.record(variant, link, 1)
      isHeld.database = true
      const overtaken = links[find](variant)
      await rig.untilHeld(1)
      await rig.delete()
      rig.release()
      expect(await overtaken).toEqual(link)
      targets.note(target, { id: variant.id, key, address: link.address })
      expect(memory.get(key)).toBeUndefined()
      expect(targets.find(target, performance.now())).toBeUndefined()
      expect(await cache.get(key)).toBeUndefined()
      isHeld.database = false
      expect(await links.find(variant)).toBeUndefined()
    },
  )

  it('F36 of the shared cache is remembered nowhere', async () => {
    const { links, memory, cache, isHeld, ...rig } = createHeldLinks()
    await cache.set(key, link)
    isHeld.redis = true
    const overtaken = links.find(variant)
    await rig.untilHeld(1)
    await rig.delete()
    rig.release()
    expect(await overtaken).toEqual(link)
    expect(memory.get(key)).toBeUndefined()
    isHeld.redis = false
    expect(await links.find(variant)).toBeUndefined()
  })

  it('F36 is joined by nobody who asks after it', async () => {
    const { links, rows, isHeld, ...rig } = createHeldLinks()
    await rows.record(variant, link, 1)
    isHeld.database = true
    const overtaken = links.find(variant)
    await rig.untilHeld(1)
    await rig.delete()
    const later = links.find(variant)
    await rig.untilHeld(2)
    const joined = links.find(variant)
    rig.release()
    expect(await overtaken).toEqual(link)
    expect(await later).toBeUndefined()
    expect(await joined).toBeUndefined()
  })

  it('F36 does no harm to the links of others', async () => {
    const { links, rows, memory, isHeld, ...rig } = createHeldLinks()
    const other = makeVariant()
    isHeld.database = true
    await rows.record(other, link, 1)
    const found = links.find(other)
    await rig.untilHeld(1)
    memory.delete(key)
    rig.release()
    await found
    expect(memory.get(variantKey(other))).toEqual(link)
  })

  it('F36 while a link whose object is gone is removed is not remembered either', async () => {
    const { links, rows, memory, isHeld, ...rig } = createHeldLinks()
    await rows.record(variant, link, 1)
    isHeld.database = true
    const overtaken = links.find(variant)
    await rig.untilHeld(1)
    await links.remove(variant, link)
    rig.release()
    await overtaken
    expect(memory.get(key)).toBeUndefined()
  })

  it('R70 of the database is remembered nowhere if its original was raised meanwhile', async () => {
    const { links, rows, memory, cache, epochs, isHeld, ...rig } = createHeldLinks()
    await rows.record(variant, link, 1)
    isHeld.database = true
    const overtaken = links.find(variant)
    await rig.untilHeld(1)
    epochs.act([{ id: variant.id, epoch: 3, isGone: false }])
    rig.release()
    await overtaken
    expect(memory.get(key)).toBeUndefined()
    expect(await cache.get(key)).toBeUndefined()
    expect(await cache.get(keyInEpoch(key, 3))).toBeUndefined()
  })

  it('R70 neither reads nor fills the entry that a process wrote which does not know of a raise', async () => {
    const { links, rows, cache, epochs } = createHeldLinks()
    await cache.set(key, { address: 'of an earlier life' })
    epochs.act([{ id: variant.id, epoch: 3, isGone: false }])
    expect(await links.find(variant)).toBeUndefined()
    await rows.record(variant, link, 1)
    expect(await links.find(variant)).toEqual(link)
    expect(await cache.get(keyInEpoch(key, 3))).toEqual(link)
    expect(await cache.get(key)).toEqual({ address: 'of an earlier life' })
  })

  it('F48 is asked for in the store alone while the process does not count as registered', async () => {
    const { links, rows, memory, cache, epochs } = createHeldLinks()
    memory.set(key, { address: 'remembered' })
    await cache.set(key, { address: 'shared' })
    epochs.trust(0)
    expect(await links.find(variant)).toBeUndefined()
    await rows.record(variant, link, 1)
    expect(await links.find(variant)).toEqual(link)
  })
})
