import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSilentLogger } from '@iaas/common/log'
import { testCdn } from '@iaas/testing/cdn'
import { describeEpochs } from '@iaas/testing/contracts/epochs'
import { holdLocks, query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { createDatabase } from '../../src/postgres/database.ts'
import { createPostgresEpochs } from '../../src/postgres/epochs.ts'
import { createPostgresLinkStore } from '../../src/postgres/link-store.ts'
import { createPostgresTokenStore } from '../../src/postgres/token-store.ts'
import { type TestDatabase, openDatabase } from './_database.ts'

/** Statement with which builds before the epochs record a link. */
const earlierRecord = `INSERT INTO images (id, x, y, fit, file_type, blur, quality, url, rendered_at)
  VALUES ($1, 100, 80, 'clip', 'image/jpeg', false, -1, 'u', now())
  ON CONFLICT (id, x, y, fit, file_type, blur, quality) DO UPDATE SET url = excluded.url,
    rendered_at = excluded.rendered_at WHERE images.rendered_at < excluded.rendered_at`

describe('epochs on PostgreSQL', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database[Symbol.asyncDispose]())

  const epochs = () => createPostgresEpochs(database.db)
  const tokens = () => createPostgresTokenStore(database.db)

  it('R69 keeps out a link that a build before the epochs records of a raised original', async () => {
    const [raised, other] = [makeVariant(), makeVariant()]
    await epochs().raise([raised.id])
    const record = (id: string) => query(database.url, earlierRecord, [id])
    expect((await record(raised.id)).rowCount).toBe(0)
    expect((await record(other.id)).rowCount).toBe(1)
  })

  it('R69 decides on a link whose transaction is open before a raise is granted', async () => {
    const variant = makeVariant()
    const open = await holdLocks(database.url, earlierRecord, [variant.id])
    let isRaised = false
    const raise = epochs()
      .raise([variant.id], { unlink: true })
      .then(() => (isRaised = true))
    await until(async () => {
      const waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
      return (await query(database.url, waiting)).rows.length > 0
    })
    expect(isRaised).toBe(false)
    await open[Symbol.asyncDispose]()
    await raise
    const links = createPostgresLinkStore(database.db, { cdn: testCdn })
    expect(await links.count(variant.id, 1)).toBe(0)
  })

  it('R69 records no link of an original that is gone, in whatever epoch', async () => {
    const { id } = makeVariant()
    const epoch = await epochs().raise([id], { gone: true })
    const insert = `INSERT INTO images (id, x, y, fit, file_type, url, epoch) VALUES ($1, 1, 1, 'clip', 'image/jpeg', 'u', $2)`
    expect((await query(database.url, insert, [id, epoch])).rowCount).toBe(0)
    await epochs().raise([id], { gone: false })
    expect((await query(database.url, insert, [id, epoch])).rowCount).toBe(0)
    expect((await query(database.url, insert, [id, epoch + 1])).rowCount).toBe(1)
  })

  it('R69 completes no upload whose original was raised since its token was claimed', async () => {
    const { id } = makeVariant()
    await epochs().raise([id])
    const token = await tokens().issue(id)
    await tokens().claim(token, id, 60_000)
    await epochs().raise([id])
    expect(await tokens().complete(token, id)).toBe(false)
    await tokens().giveBack(token, id)
    await tokens().claim(token, id, 60_000)
    await epochs().raise([makeVariant().id])
    expect(await tokens().complete(token, id)).toBe(true)
  })

  it('R69 tells each recorder of a batch whether it was fenced out, and finds the epoch with the link', async () => {
    const noted: unknown[] = []
    const links = createPostgresLinkStore(database.db, {
      cdn: testCdn,
      noteEpoch: (...note) => noted.push(note),
    })
    const [raised, gone, other] = [makeVariant(), makeVariant(), makeVariant()]
    const epoch = await epochs().raise([raised.id])
    const goneIn = await epochs().raise([gone.id], { gone: true })
    const outcomes = await Promise.all([
      links.record(raised, { address: 'of a lower epoch' }, 9, epoch - 1),
      links.record(gone, { address: 'of what is gone' }, 1, goneIn),
      links.record(other, { address: 'first' }, 2),
      links.record({ ...raised, width: 7 }, { address: 'of the new epoch' }, 1, epoch),
    ])
    expect(outcomes).toEqual(['fenced', 'fenced', 'recorded', 'recorded'])
    expect(await links.record(other, { address: 'older' }, 1)).toBe('recorded')
    const found = await Promise.all([raised, gone, other].map((variant) => links.find(variant)))
    expect(found).toEqual([undefined, undefined, { address: 'first' }])
    expect(noted).toEqual([
      [raised.id, epoch],
      [gone.id, goneIn],
    ])
  })

  it('R69 lets the link of the higher epoch win, whatever the clocks say', async () => {
    const links = createPostgresLinkStore(database.db, { cdn: testCdn })
    const variant = makeVariant()
    await links.record(variant, { address: 'old' }, 9000)
    const epoch = await epochs().raise([variant.id])
    expect(await links.record(variant, { address: 'new' }, 1, epoch)).toBe('recorded')
    expect(await links.find(variant)).toEqual({ address: 'new' })
  })

  it('counts a process that was seen within 30 s until it has acknowledged an epoch', async () => {
    const epoch = await epochs().raise([makeVariant().id])
    await query(
      database.url,
      `INSERT INTO api_processes VALUES ('slow', now(), now(), $1), ('acted', now(), now(), $2),
        ('lost', now(), now() - interval '31 seconds', 0)`,
      [epoch - 1, epoch],
    )
    expect(await epochs().waitingFor(epoch)).toEqual(['slow'])
    expect(await epochs().waitingFor(epoch - 1)).toEqual([])
    await query(database.url, 'DELETE FROM api_processes')
  })

  it('F49 raises nothing while the database is away, and says so', async () => {
    const url = 'postgres://user@127.0.0.1:1/db'
    const db = createDatabase({ url, poolSize: 1, log: createSilentLogger() })
    try {
      const away = createPostgresEpochs(db)
      const { id } = makeVariant()
      for (const call of [away.raise([id]), away.of(id), away.waitingFor(1)]) {
        await expect(call).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      }
    } finally {
      await db.destroy()
    }
  })

  describeEpochs('the table of epochs', () => ({
    epochs: epochs(),
    links: createPostgresLinkStore(database.db, { cdn: testCdn }),
  }))

  it('R69 completes an upload whatever happens to the global epoch, which concerns variants', async () => {
    const { id } = makeVariant()
    const token = await tokens().issue(id)
    await tokens().claim(token, id, 60_000)
    await epochs().raise('all')
    expect(await tokens().complete(token, id)).toBe(true)
  })
})
