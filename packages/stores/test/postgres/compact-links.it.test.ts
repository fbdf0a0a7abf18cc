import { type ObjectKey, objectKey } from '@iaas/common/digest'
import type { ImageId, Variant } from '@iaas/common/image'
import { createObjectKeys } from '@iaas/common/object-keys'
import { testCdn } from '@iaas/testing/cdn'
import { query } from '@iaas/testing/postgres'
import { makeVariant } from '@iaas/testing/variants'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createPostgresEpochs } from '../../src/postgres/epochs.ts'
import { createPostgresLinkList } from '../../src/postgres/link-list.ts'
import { createPostgresLinkStore } from '../../src/postgres/link-store.ts'
import { createPostgresLinkWalk } from '../../src/postgres/link-walk.ts'
import { createPostgresObjectLedger } from '../../src/postgres/object-ledger.ts'
import { type TestDatabase, openDatabase } from './_database.ts'

const renderedAt = 1_764_000_000_000
const keys = createObjectKeys('a secret that all services share')
const keyOf = (variant: Variant, time = renderedAt, epoch = 0): ObjectKey =>
  keys.of({ variant, renderedAt: time, epoch })

describe('links in the short form', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database[Symbol.asyncDispose]())

  const open = (isCompact: boolean) =>
    createPostgresLinkStore(database.db, { cdn: testCdn, isCompact })
  const compact = () => open(true)

  const record = (variant: Variant, time = renderedAt, epoch = 0) =>
    compact().record(variant, { key: keyOf(variant, time, epoch) }, time, epoch)

  /** Returns the rows of an image in `images` and in `links`. */
  async function countRows(id: ImageId): Promise<readonly number[]> {
    const tables = ['images', 'links']
    const counted = await Promise.all(
      tables.map((table) => query(database.url, `SELECT FROM ${table} WHERE id = $1`, [id])),
    )
    return counted.map(({ rowCount }) => rowCount ?? 0)
  }

  it('T74 are written where they are turned on, and read in any case', async () => {
    const variants = [
      makeVariant(),
      makeVariant({ fit: 'crop', quality: 80, hue: 120, format: 'webp' }),
      makeVariant({ id: `it's "ünï" % \\ ${'é'.repeat(100)}` as ImageId, width: 0 }),
    ]
    for (const variant of variants) {
      await record(variant)
      for (const isCompact of [true, false]) {
        expect(await open(isCompact).find(variant)).toEqual({ key: keyOf(variant) })
      }
      expect(await countRows(variant.id)).toEqual([0, 1])
    }
    const long = makeVariant()
    await open(false).record(long, { key: keyOf(long) }, renderedAt)
    expect(await countRows(long.id)).toEqual([1, 0])
  })

  it('T74 are not written for what they cannot tell: a hash, an address, options that are hashed', async () => {
    const texts = makeVariant({ text: '\u{1f600}'.repeat(100), format: 'webp' })
    const links = [
      [makeVariant(), (variant: Variant) => ({ key: objectKey(variant, renderedAt) })],
      [makeVariant(), () => ({ address: 'https://legacy.example/a.jpg' })],
      [makeVariant(), () => ({ key: keyOf(makeVariant()) })],
      [texts, (variant: Variant) => ({ key: keyOf(variant) })],
    ] as const
    for (const [variant, toLink] of links) {
      const link = toLink(variant)
      await compact().record(variant, link, renderedAt)
      expect(await compact().find(variant)).toEqual(link)
      expect(await countRows(variant.id)).toEqual([1, 0])
    }
  })

  it('T74 take the place of rows in the long form, unless these are later', async () => {
    const variant = makeVariant()
    const other = { ...variant, width: 7 }
    await open(false).record(variant, { key: keyOf(variant) }, renderedAt)
    await open(false).record(other, { key: keyOf(other) }, renderedAt)
    await record(variant, renderedAt - 1)
    expect(await countRows(variant.id)).toEqual([2, 0])
    await record(variant, renderedAt + 1)
    expect(await countRows(variant.id)).toEqual([1, 1])
    expect(await compact().find(variant)).toEqual({ key: keyOf(variant, renderedAt + 1) })
    expect(await compact().find(other)).toEqual({ key: keyOf(other) })
  })

  it('keep the later rendition, whatever the order, and the same one any number of times', async () => {
    const variant = makeVariant()
    await Promise.all([2, 1, 3, 3].map((time) => record(variant, renderedAt + time)))
    await record(variant, renderedAt)
    expect(await compact().find(variant)).toEqual({ key: keyOf(variant, renderedAt + 3) })
    expect(await countRows(variant.id)).toEqual([0, 1])
  })

  it('are recorded together, each with its own outcome', async () => {
    const variants = Array.from({ length: 50 }, () => makeVariant())
    const [gone] = variants
    if (gone === undefined) throw new Error('There is a first one.')
    await createPostgresEpochs(database.db).raise([gone.id])
    const store = compact()
    const outcomes = await Promise.all(
      variants.map((variant) => store.record(variant, { key: keyOf(variant) }, renderedAt)),
    )
    expect(outcomes).toEqual(variants.map((one) => (one === gone ? 'fenced' : 'recorded')))
  })

  it('R69 are fenced like all others, and deleted with the raise', async () => {
    const variant = makeVariant()
    await record(variant)
    await open(false).record({ ...variant, width: 7 }, { address: 'u' }, renderedAt)
    const epochs = createPostgresEpochs(database.db)
    const epoch = await epochs.raise([variant.id], { unlink: true })
    expect(await countRows(variant.id)).toEqual([0, 0])
    expect(await record(variant, renderedAt + 1, epoch - 1)).toBe('fenced')
    expect(await record(variant, renderedAt + 1, epoch)).toBe('recorded')
    await epochs.raise([variant.id], { gone: true, unlink: true })
    expect(await record(variant, renderedAt + 2, epoch + 1_000_000)).toBe('fenced')
    expect(await countRows(variant.id)).toEqual([0, 0])
  })

  it('are counted and listed with the others of their image, the newest first', async () => {
    const { id } = makeVariant()
    const variants = [1, 2, 3, 4].map((width) => makeVariant({ id, width }))
    for (const [at, variant] of variants.entries()) {
      const store = open(at % 2 === 0)
      await store.record(variant, { key: keyOf(variant, renderedAt + at) }, renderedAt + at)
    }
    expect(await countRows(id)).toEqual([2, 2])
    expect(await compact().count(id, 10)).toBe(4)
    expect(await compact().count(id, 3)).toBe(3)
    const list = createPostgresLinkList(database.db)
    const first = await list.list(id, { limit: 3 })
    const rest = await list.list(id, { limit: 3, after: first.at(-1)?.position })
    expect([...first, ...rest].map(({ variant }) => variant)).toEqual(variants.toReversed())
  })

  it('are removed by their key, but not the one that has replaced it', async () => {
    const variant = makeVariant()
    await record(variant)
    await compact().remove(variant, { key: keyOf(variant, renderedAt - 1) })
    expect(await compact().find(variant)).toBeDefined()
    await open(false).remove(variant, { key: keyOf(variant) })
    expect(await compact().find(variant)).toBeUndefined()
  })

  it('are known to the ledger of objects', async () => {
    const variant = makeVariant()
    await record(variant)
    const ledger = createPostgresObjectLedger(database.db, testCdn)
    expect(await ledger.find(keyOf(variant))).toEqual({ id: variant.id, variant })
    const other = keyOf({ ...variant, width: 7 })
    expect(await ledger.find(other)).toEqual({ id: variant.id, variant: undefined })
  })

  it('T75 are those of their variant and image only, if others have digests that begin alike', async () => {
    const [variant, other] = [makeVariant(), makeVariant()]
    for (const each of [variant, other]) await record(each)
    const [file] = keyOf({ ...variant, width: 7 })
      .split('/')
      .slice(-1)
    await query(database.url, 'UPDATE links SET file = $2 WHERE id = $1', [variant.id, file])
    await query(database.url, `UPDATE links SET id = 'another' WHERE id = $1`, [other.id])
    expect(await compact().find(variant)).toBeUndefined()
    expect(await compact().find(other)).toBeUndefined()
    await record(variant, renderedAt + 1)
    expect(await compact().find(variant)).toEqual({ key: keyOf(variant, renderedAt + 1) })
  })

  it('are walked over with the others, over and over', async () => {
    await query(database.url, 'DELETE FROM images; DELETE FROM links')
    const variants = Array.from({ length: 23 }, (_, at) => makeVariant({ width: at + 1 }))
    for (const [at, variant] of variants.entries()) {
      await open(at % 2 === 0).record(variant, { key: keyOf(variant) }, renderedAt)
    }
    const walk = createPostgresLinkWalk(database.db, testCdn)
    const seen: number[] = []
    for (let step = 0; step < 40; step += 1) {
      for (const { variant, link } of await walk.next(5)) {
        expect(link).toEqual({ key: keyOf(variant) })
        seen.push(variant.width)
      }
    }
    const counts = variants.map(({ width }) => seen.filter((each) => each === width).length)
    expect(Math.min(...counts)).toBeGreaterThan(3)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2)
  })
})
