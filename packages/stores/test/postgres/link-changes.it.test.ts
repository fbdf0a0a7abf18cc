import { getEventListeners } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { testCdn } from '@iaas/testing/cdn'
import { query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { type Variant, type VariantKey, variantKey } from '@iaas/common/image'
import { createSilentLogger } from '@iaas/common/log'
import { createObjectKeys } from '@iaas/common/object-keys'
import { createPostgresLinkChanges } from '../../src/postgres/link-changes.ts'
import { createPostgresLinkStore } from '../../src/postgres/link-store.ts'
import { type TestDatabase, openDatabase } from './_database.ts'

const listeners = "application_name = 'iaas-link-changes' AND datname = current_database()"

describe('link changes', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database[Symbol.asyncDispose]())

  async function subscribe() {
    const changed: VariantKey[] = []
    let gaps = 0
    const changes = createPostgresLinkChanges({ url: database.url, log: createSilentLogger() })
    const subscription = await changes.subscribe(
      (key) => changed.push(key),
      () => (gaps += 1),
    )
    await until(async () => (await countListeners()) === 1)
    return {
      changed,
      gaps: () => gaps,
      [Symbol.asyncDispose]: () => subscription[Symbol.asyncDispose](),
    }
  }

  async function countListeners(): Promise<number> {
    const sql = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE ${listeners} AND query LIKE 'LISTEN%'`
    return (await query(database.url, sql)).rows[0]?.['n'] as number
  }

  async function cut(): Promise<void> {
    const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${listeners}`
    await query(database.url, sql)
  }

  it('T74 tells of links in the short form that are deleted or replaced, or take the place of long ones', async () => {
    await using subscription = await subscribe()
    const keys = createObjectKeys('a secret that all services share')
    const record = (variant: Variant, renderedAt: number, isCompact = true) => {
      const store = createPostgresLinkStore(database.db, { cdn: testCdn, isCompact })
      return store.record(variant, { key: keys.of({ variant, renderedAt }) }, renderedAt)
    }
    const [deleted, replaced, moved] = [makeVariant(), makeVariant({ fit: 'crop' }), makeVariant()]
    for (const variant of [deleted, replaced]) await record(variant, 1000)
    await record(moved, 1000, false)
    for (const variant of [replaced, moved]) await record(variant, 2000)
    await query(database.url, 'DELETE FROM links WHERE id = $1', [deleted.id])
    await until(() => subscription.changed.length >= 3)
    expect(subscription.changed).toEqual([replaced, moved, deleted].map(variantKey))
  })

  it("tells of the links that the operator's command deletes", async () => {
    await using subscription = await subscribe()
    const store = createPostgresLinkStore(database.db, { cdn: testCdn })
    const variants = [
      makeVariant({ quality: 40, fit: 'crop' }),
      makeVariant({ format: 'webp', blur: true, id: `ünï "cödé" ${'é'.repeat(240)}` as never }),
    ]
    for (const variant of variants) await store.record(variant, { address: 'x' }, 1000)
    await query(
      database.url,
      "DELETE FROM images WHERE ctid IN (SELECT ctid FROM images WHERE rendered_at < '2016-09-01 00:00:00' LIMIT 100)",
    )
    await until(() => subscription.changed.length === 2)
    expect(new Set(subscription.changed)).toEqual(new Set(variants.map(variantKey)))
  })

  it('tells of a gap if a deleted link has options that are hashed', async () => {
    await using subscription = await subscribe()
    const store = createPostgresLinkStore(database.db, { cdn: testCdn })
    const point = { x: 0.123, y: 0.456 }
    const rect = { unit: 'fraction', left: 0.123, top: 0.123, width: 0.123, height: 0.123 } as const
    const padding = { top: 1234, right: 2345, bottom: 3456, left: 4567 }
    const looks = {
      brightness: 1.234,
      contrast: 1.234,
      saturation: 1.234,
      blur: 1.234,
      sharpen: 1.234,
    }
    const more = { pixelate: 123, hue: 123, trim: 123.456, radius: 1234, enlarge: false } as const
    const variant = makeVariant({ fit: 'crop', gravity: point, rect, padding, ...looks, ...more })
    await store.record(variant, { address: 'x' }, 1000)
    expect((await store.find(variant))?.address).toBe('x')
    await query(database.url, 'DELETE FROM images')
    await until(() => subscription.gaps() === 1)
    expect(subscription.changed).toEqual([])
  })

  it('tells of every link that is moved below another path as docs/operations.md says', async () => {
    await using subscription = await subscribe()
    const store = createPostgresLinkStore(database.db, { cdn: testCdn })
    const moved = [makeVariant({ width: 31 }), makeVariant({ width: 32 })]
    const other = makeVariant({ width: 33 })
    for (const variant of moved)
      await store.record(variant, { address: 'https://cdn.example/ab/k' }, 1000)
    await store.record(other, { address: 'https://cdn.example.org/ab/k' }, 1000)
    await query(database.url, await readStatement())
    await until(() => subscription.changed.length === 2)
    expect(new Set(subscription.changed)).toEqual(new Set(moved.map(variantKey)))
    const urls = [...moved, other].map(async (variant) => (await store.find(variant))?.address)
    expect(await Promise.all(urls)).toEqual([
      'https://cdn.example/images/ab/k',
      'https://cdn.example/images/ab/k',
      'https://cdn.example.org/ab/k',
    ])
  })

  it('tells of a link that is replaced, and not of one that is new', async () => {
    await using subscription = await subscribe()
    const store = createPostgresLinkStore(database.db, { cdn: testCdn })
    const variant = makeVariant()
    await store.record(variant, { address: 'one' }, 1000)
    await store.record(variant, { address: 'two' }, 2000)
    await until(() => subscription.changed.length > 0)
    expect(subscription.changed).toEqual([variantKey(variant)])
  })

  it('listens again after its connection was cut, and says that there was a gap', async () => {
    await using subscription = await subscribe()
    await cut()
    await until(() => subscription.gaps() === 1)
    const store = createPostgresLinkStore(database.db, { cdn: testCdn })
    const variant = makeVariant()
    await store.record(variant, { address: 'one' }, 1000)
    await store.remove(variant, { address: 'one' })
    await until(() => subscription.changed.includes(variantKey(variant)))
  })

  it('leaves nothing behind of the connections that were cut, however many', async () => {
    using added = jest.spyOn(EventTarget.prototype, 'addEventListener')
    await using subscription = await subscribe()
    for (let cuts = 1; cuts <= 12; cuts += 1) {
      await cut()
      await until(() => subscription.gaps() === cuts)
    }
    const signals = added.mock.contexts.filter((target) => target instanceof AbortSignal)
    const listening = signals.map((signal) => getEventListeners(signal, 'abort').length)
    expect(listening.length).toBeGreaterThan(0)
    expect(Math.max(...listening)).toBeLessThanOrEqual(1)
  })

  it('is not disturbed by a payload that is none of ours', async () => {
    await using subscription = await subscribe()
    for (const payload of [
      '',
      '{',
      'null',
      '{"id":7}',
      '{"id":"../x","x":1,"y":1,"fit":"?","file_type":"?","blur":false,"quality":1}',
    ]) {
      await query(database.url, `SELECT pg_notify('iaas_links', $1)`, [payload])
    }
    const store = createPostgresLinkStore(database.db, { cdn: testCdn })
    const variant = makeVariant()
    await store.record(variant, { address: 'one' }, 1000)
    await store.remove(variant, { address: 'one' })
    await until(() => subscription.changed.length > 0)
    expect(subscription.changed).toEqual([variantKey(variant)])
  })
})

async function readStatement(): Promise<string> {
  const page = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'operations.md')
  return /^UPDATE images[^;]*;$/m.exec(await readFile(page, 'utf8'))?.[0] ?? ''
}
