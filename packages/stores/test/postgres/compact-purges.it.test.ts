import { type ImageId, type Variant, defaultVariantOptions } from '@iaas/common/image'
import { createObjectKeys } from '@iaas/common/object-keys'
import type { NewPurge, Purge } from '@iaas/common/ports/purges'
import { testCdn } from '@iaas/testing/cdn'
import { query } from '@iaas/testing/postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createPostgresLinkStore } from '../../src/postgres/link-store.ts'
import { createPostgresPurgeWork } from '../../src/postgres/purges/purge-work.ts'
import { createPostgresPurges } from '../../src/postgres/purges/purges.ts'
import { type TestDatabase, openDatabase } from './_database.ts'

const before = 1_764_000_000_000
const later = before + 86_400_000
const keys = createObjectKeys('a secret that all services share')
const card = { ...defaultVariantOptions, width: 200, height: 100, fit: 'crop', hue: 90 } as const

function variantOf(id: string, part: Partial<Variant> = {}): Variant {
  const plain = { ...defaultVariantOptions, id: id as ImageId, width: 10, height: 10 }
  return { ...plain, format: 'jpg', ...part }
}

/** Some of each image, half of them in the short form. */
const planted: readonly (readonly [Variant, number, boolean])[] = [
  [variantOf('shop-1'), before, true],
  [variantOf('shop-1', { format: 'png' }), later, false],
  [variantOf('shop-1', card), later, true],
  [variantOf('shop-2', card), later, false],
  [variantOf('shop-2', { format: 'png' }), before, true],
  [variantOf('other', { ...card, width: 201 }), before, true],
  [variantOf('other', { format: 'png' }), before, true],
]

describe('T74 a purge of links in both forms', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database[Symbol.asyncDispose]())
  beforeEach(async () => {
    await query(database.url, 'DELETE FROM images; DELETE FROM links; DELETE FROM epochs')
    await query(database.url, 'DELETE FROM purges; DELETE FROM unlinked_objects')
    for (const [variant, renderedAt, isCompact] of planted) {
      const store = createPostgresLinkStore(database.db, { cdn: testCdn, isCompact })
      await store.record(variant, { key: keys.of({ variant, renderedAt }) }, renderedAt)
    }
  })

  const work = () => createPostgresPurgeWork(database.db, { cdn: testCdn })

  async function start(part: Partial<NewPurge>): Promise<Purge> {
    const options = { now: true, keep_seconds: 0, ...part.options }
    const selector = { everything: true } as const
    const asked = { who: 'test', selector, ...part, options } as NewPurge
    return (await createPostgresPurges(database.db).create(asked)).purge
  }

  async function find({ id }: Purge): Promise<Purge> {
    const purge = await work().find(id)
    if (purge === undefined) throw new Error('The purge has a row.')
    return purge
  }

  /** Removes the links of a purge, in pages of at most so many. */
  async function unlink(part: Partial<NewPurge>, maxLinks = 1000): Promise<Purge> {
    const purge = await start(part)
    if (!('ids' in purge.selector)) await work().raiseAll(purge, 'unlink')
    for (;;) {
      const current = await find(purge)
      const page = await work().nextPage(current, maxLinks)
      if (page.ids.length > 0) await work().unlink(current, page.ids)
      await work().passPage(current, page, 0, 0)
      if (page.cursor === undefined) return find(purge)
    }
  }

  async function findLeft(): Promise<readonly Variant[]> {
    const store = createPostgresLinkStore(database.db, { cdn: testCdn })
    const found = await Promise.all(planted.map(([variant]) => store.find(variant)))
    return planted.flatMap(([variant], at) => (found[at] === undefined ? [] : [variant]))
  }

  const everything = { selector: { everything: true } } as const
  const selections: readonly [
    string,
    Partial<NewPurge>,
    (each: Variant, time: number) => boolean,
  ][] = [
    ['everything', everything, () => true],
    ['ids', { selector: { ids: ['shop-1', 'nobody'] as ImageId[] } }, ({ id }) => id === 'shop-1'],
    ['a prefix', { selector: { prefix: 'shop-' } }, ({ id }) => id.startsWith('shop-')],
    ['a format', { selector: { format: 'png' } }, ({ format }) => format === 'png'],
    [
      'an age',
      { selector: { rendered_before: new Date(later).toISOString() } },
      (_, time) => time < later,
    ],
    [
      'a preset',
      {
        selector: { preset: 'card' },
        expansions: ['jpg', 'png'].map((format) => variantOf('id', { ...card, format } as never)),
      },
      ({ width, fit }) => width === 200 && fit === 'crop',
    ],
  ]

  it.each(selections)(
    'removes those of %s and no others, on pages of one image',
    async (...row) => {
      const [, part, isSelected] = row
      const removed = planted.filter(([variant, time]) => isSelected(variant, time))
      const purge = await unlink(part, 1)
      expect(await findLeft()).toEqual(
        planted.filter((each) => !removed.includes(each)).map(([variant]) => variant),
      )
      const { rows } = await query(database.url, 'SELECT key, image FROM unlinked_objects')
      const noted = rows.map(({ key, image }) => `${String(image)} ${String(key)}`)
      const wished = removed.map(
        ([variant, renderedAt]) => `${variant.id} ${keys.of({ variant, renderedAt })}`,
      )
      expect(noted.toSorted()).toEqual(wished.toSorted())
      expect(purge.counts.links).toBe(removed.length)
      expect(await work().left(purge)).toBe(0)
    },
  )

  it.each(selections)('counts those of %s beforehand, each image once', async (...row) => {
    const [, part, isSelected] = row
    const purge = await start({ ...part, options: { dry_run: true, keep_seconds: 0 } })
    for (let hasMore = true; hasMore;) {
      const current = await find(purge)
      const page = await work().nextPage(current, Number.MAX_SAFE_INTEGER)
      await work().countPage(current, page)
      hasMore = page.cursor !== undefined
    }
    const counted = planted.filter(([variant, time]) => isSelected(variant, time))
    const ids = new Set(counted.map(([{ id }]) => id))
    const images = 'ids' in purge.selector ? purge.selector.ids.length : ids.size
    expect((await find(purge)).counts).toMatchObject({ images, links: counted.length })
    expect(await findLeft()).toHaveLength(planted.length)
  })

  it('says what is left of it, and leaves what was recorded since', async () => {
    const purge = await start(everything)
    await work().raiseAll(purge, 'unlink')
    expect(await work().left(await find(purge))).toBe(planted.length)
    const { epoch = 0 } = await find(purge)
    const [[variant] = []] = planted
    if (variant === undefined) throw new Error('Something is planted.')
    const store = createPostgresLinkStore(database.db, { cdn: testCdn, isCompact: true })
    const key = keys.of({ variant, renderedAt: later, epoch })
    await store.record(variant, { key }, later, epoch)
    expect(await work().left(await find(purge))).toBe(planted.length - 1)
    await unlink(everything)
    expect(await findLeft()).toEqual([])
  })
})
