import { variantDigest } from '@iaas/common/digest'
import type { ImageId, Variant } from '@iaas/common/image'
import { type ListedLink, linkPosition } from '@iaas/common/ports/link-store'
import { testCdn } from '@iaas/testing/cdn'
import { query } from '@iaas/testing/postgres'
import { makeVariant } from '@iaas/testing/variants'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createPostgresLinkList } from '../../src/postgres/link-list.ts'
import { createPostgresLinkStore } from '../../src/postgres/link-store.ts'
import { type TestDatabase, openDatabase } from './_database.ts'

describe('the list of the links of an original', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database[Symbol.asyncDispose]())

  const list = (id: ImageId, limit = 100, after?: string) =>
    createPostgresLinkList(database.db).list(id, { limit, after })

  async function record(variant: Variant, renderedAt: number): Promise<void> {
    const store = createPostgresLinkStore(database.db, { cdn: testCdn })
    await store.record(variant, { address: 'u' }, renderedAt)
  }

  /** Walks through all pages; `between` runs after each. */
  async function walk(id: ImageId, limit: number, between: () => Promise<void> = async () => {}) {
    const seen: ListedLink[] = []
    for (let after: string | undefined; ;) {
      const page = await list(id, limit, after)
      seen.push(...page)
      after = page.at(-1)?.position
      if (page.length < limit) return seen
      await between()
    }
  }

  it('has the variants of this original only, the newest first', async () => {
    const id = 'listed' as ImageId
    const variants = [1, 2, 3].map((width) => makeVariant({ id, width }))
    for (const [index, variant] of variants.entries()) await record(variant, 1000 * (index + 1))
    await record(makeVariant({ id: 'listed 2' as ImageId }), 9000)
    const links = await list(id)
    expect(links.map(({ variant }) => variant)).toEqual(variants.toReversed())
    expect(links.map(({ renderedAt }) => renderedAt?.getTime())).toEqual([3000, 2000, 1000])
    expect(links.map(({ digest }) => digest)).toEqual(variants.toReversed().map(variantDigest))
    for (const { position } of links) expect(position).toMatch(linkPosition)
    expect(await list('nobody' as ImageId)).toEqual([])
  })

  it('gives each link once on pages of any size, though many have the same time and new ones come', async () => {
    const id = 'paged' as ImageId
    const variants = Array.from({ length: 23 }, (_, index) => makeVariant({ id, width: index + 1 }))
    for (const [index, variant] of variants.entries()) await record(variant, 1000 + (index % 3))
    let added = 0
    for (const limit of [1, 5, 22, 23, 24]) {
      const seen = await walk(id, limit, async () => {
        added += 1
        await record(makeVariant({ id, width: 1000 + added }), 1_000_000 + added)
      })
      const old = seen
        .map(({ digest }) => digest)
        .filter((digest) => variants.some((variant) => variantDigest(variant) === digest))
      expect(old).toHaveLength(variants.length)
      expect(new Set(old).size).toBe(variants.length)
      const times = seen.map(({ renderedAt }) => renderedAt?.getTime() ?? 0)
      expect(times).toEqual(times.toSorted((one, other) => other - one))
    }
  })

  it('has rows of the legacy iaas without a time at the end, and times below a millisecond in their order', async () => {
    const id = 'legacy' as ImageId
    await record(makeVariant({ id, width: 5 }), 1000)
    const insert = (width: number, time: string) =>
      query(
        database.url,
        `INSERT INTO images (id, x, y, fit, file_type, url, rendered_at) VALUES ('legacy', ${width}, 1, 'clip', 'image/jpeg', 'u', ${time})`,
      )
    await insert(1, 'NULL')
    await insert(2, "'2026-01-01 00:00:00.000001Z'")
    await insert(3, "'2026-01-01 00:00:00.000002Z'")
    const widths = (await walk(id, 1)).map(({ variant }) => variant?.width)
    expect(widths).toEqual([3, 2, 5, 1])
    expect((await list(id)).at(-1)?.renderedAt).toBeUndefined()
  })

  it('has a link whose options are too long for its row, without a variant', async () => {
    const id = 'long' as ImageId
    const variant = makeVariant({
      id,
      fit: 'crop',
      rect: { unit: 'px', left: 1000, top: 2000, width: 3000, height: 4000 },
      padding: { top: 1000, right: 2000, bottom: 3000, left: 4000 },
      brightness: 1.111,
      contrast: 2.222,
      saturation: 3.333,
      hue: 111,
      trim: 12.345,
      rotate: 270,
      flip: 'horizontal',
      negate: true,
      enlarge: false,
      sharpen: 2.555,
      pixelate: 100,
      radius: 65_000,
      maxBytes: 1_000_000,
    })
    await record(variant, 1000)
    const [first] = await list(id)
    expect(first).toMatchObject({
      digest: expect.stringMatching(/^[\da-f]{64}$/),
      variant: undefined,
    })
    await record(variant, 2000)
    expect((await list(id)).map(({ digest }) => digest)).toEqual([first?.digest])
  })

  it('leaves out rows that lack a column, which no lookup finds', async () => {
    await query(
      database.url,
      `INSERT INTO images (id, x, y, fit, file_type, url) VALUES ('nulls', 1, 1, NULL, 'image/jpeg', 'u')`,
    )
    expect(await list('nulls' as ImageId)).toEqual([])
  })
})
