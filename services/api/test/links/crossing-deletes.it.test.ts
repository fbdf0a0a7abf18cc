import { randomUUID } from 'node:crypto'
import { digestOf } from '@iaas/common/digest'
import { variantKey } from '@iaas/common/image'
import { createSilentLogger } from '@iaas/common/log'
import { createTelemetry } from '@iaas/common/metrics/telemetry'
import { createLinkMemory } from '@iaas/stores/memory/link-memory'
import type { Link, LinkStore } from '@iaas/common/ports/link-store'
import { createDatabase } from '@iaas/stores/postgres/database'
import { createPostgresLinkChanges } from '@iaas/stores/postgres/link-changes'
import { createPostgresLinkStore } from '@iaas/stores/postgres/link-store'
import { migrateToLatest } from '@iaas/stores/postgres/migrate'
import { createRedis } from '@iaas/stores/redis/connection'
import { createRedisLinkCache } from '@iaas/stores/redis/link-cache'
import { testCdn } from '@iaas/testing/cdn'
import { describeUnless } from '@iaas/testing/describe-unless'
import { provideDatabase, query } from '@iaas/testing/postgres'
import { startTestRedis } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { forgetChangedLinks } from '../../src/links/forget-changed-links.ts'
import { createCachedLinks } from '../../src/links/cached-links.ts'
import { createApiMetrics } from '../../src/metrics/api-metrics.ts'
import { createTrustedEpochs } from '../epochs/_epochs.ts'

const log = createSilentLogger()
const redisServer = await startTestRedis()
const ends: (() => unknown)[] = [() => redisServer?.[Symbol.asyncDispose]()]
afterAll(async () => {
  for (const end of ends.toReversed()) await end()
})

const listening = `SELECT 1 FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'iaas-link-changes' AND query LIKE 'LISTEN%'`

describeUnless(redisServer === undefined ? 'there is no Redis' : undefined, 'a DELETE', () => {
  const variant = makeVariant()
  const key = variantKey(variant)
  const link = { address: 'https://cdn.example/1.jpg' }
  let url: string
  let store: LinkStore

  beforeAll(async () => {
    const database = await provideDatabase()
    ends.push(() => database[Symbol.asyncDispose]())
    ;({ url } = database)
    await migrateToLatest({ url })
    const db = createDatabase({ url, poolSize: 2, log })
    ends.push(() => db.destroy())
    store = createPostgresLinkStore(db, { cdn: testCdn })
  })

  /** An api, as far as it looks for links: `answer` lets its lookup of the database be heard. */
  async function createProcess(prefix: string) {
    const redis = createRedis({ url: redisServer?.url ?? '', role: 'cache', log })
    ends.push(() => redis.disconnect())
    await until(() => redis.status === 'ready')
    const shared = createRedisLinkCache({ redis, cdn: testCdn, prefix, ttlMs: 60_000 })
    const memory = createLinkMemory({ maxItems: 10, ttlMs: 60_000 })
    let answer = () => {}
    const answered = new Promise<void>((resolve) => (answer = resolve))
    const found: (Link | undefined)[] = []
    const held: LinkStore = {
      ...store,
      async find(wanted) {
        const row = await store.find(wanted)
        found.push(row)
        await answered
        return row
      },
    }
    const epochs = createTrustedEpochs()
    const metrics = createApiMetrics(createTelemetry('test', log).registry, { flights: () => 0 })
    const links = createCachedLinks({ store: held, memory, shared, epochs, metrics, log })
    return { links, found, answer, layers: { memory, shared }, epochs, redis }
  }

  it('F36 that crosses lookups takes effect at once in every process', async () => {
    const prefix = randomUUID()
    const [told, deaf] = [await createProcess(prefix), await createProcess(prefix)]
    const changes = createPostgresLinkChanges({ url, log })
    await using _subscription = forgetChangedLinks(changes, told, log)
    await until(async () => (await query(url, listening)).rowCount === 1)
    await store.record(variant, link, 1)
    // The other process hears of the deletion after its lookup.
    const lookups = [told.links.find(variant), deaf.links.find(variant)]
    await until(() => told.found.length + deaf.found.length === 2)
    const { generation } = told.layers.memory
    await query(url, 'DELETE FROM images')
    await until(() => told.layers.memory.wasDeletedSince(generation, key))
    await until(async () => (await told.redis.exists(`${prefix}:link:${digestOf(key)}`)) === 1)
    told.answer()
    deaf.answer()
    expect(await Promise.all(lookups)).toEqual([link, link])
    expect(await told.links.find(variant)).toBeUndefined()
    expect(await told.layers.shared.get(key)).toBeUndefined()
  })
})
