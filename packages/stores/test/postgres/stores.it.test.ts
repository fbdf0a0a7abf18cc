import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { objectKey } from '@iaas/common/digest'
import { formats, parseImageUrl, toVariant } from '@iaas/common/image'
import { testCdn } from '@iaas/testing/cdn'
import { countOptionWalks } from '@iaas/testing/count-option-walks'
import { describeDeletionLog } from '@iaas/testing/contracts/deletion-log'
import { describeLinkStore } from '@iaas/testing/contracts/link-store'
import { describeTokenStore } from '@iaas/testing/contracts/token-store'
import { query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { createPostgresDeletionLog } from '../../src/postgres/deletion-log.ts'
import { linkLookup, toAskedLink, toLinkLookup } from '../../src/postgres/link-lookup.ts'
import { createPostgresLinkStore } from '../../src/postgres/link-store.ts'
import { createPostgresLinkWalk } from '../../src/postgres/link-walk.ts'
import { createPostgresTokenStore } from '../../src/postgres/token-store.ts'
import { type TestDatabase, openDatabase } from './_database.ts'

describe('on PostgreSQL', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database[Symbol.asyncDispose]())

  describeLinkStore('the link store', () => createPostgresLinkStore(database.db, { cdn: testCdn }))

  describeDeletionLog('the log of deletions', async () => {
    await query(database.url, 'TRUNCATE deletions')
    return { log: createPostgresDeletionLog(database.db), async [Symbol.asyncDispose]() {} }
  })

  it('lists more deletions than it reads at once', async () => {
    const values = `SELECT 'id ' || n, '{}', false, now() FROM generate_series(1, 2000) AS n`
    await query(database.url, `TRUNCATE deletions; INSERT INTO deletions ${values}`)
    const found = new Set<string>()
    for await (const { id } of createPostgresDeletionLog(database.db).list()) found.add(id)
    expect(found.size).toBe(2000)
  })

  it('records a hundred links at once by few statements, and a variant of them twice', async () => {
    let statements = 0
    const counted = database.db.withPlugin({
      transformQuery({ node }) {
        statements += 1
        return node
      },
      transformResult: async ({ result }) => result,
    })
    const store = createPostgresLinkStore(counted, { cdn: testCdn })
    const variants = Array.from({ length: 100 }, () => makeVariant())
    const first = variants[0] ?? makeVariant()
    await Promise.all([
      store.record(first, { address: 'later' }, 2),
      ...variants.map((variant) => store.record(variant, { address: 'u' }, 1)),
    ])
    expect(statements).toBeLessThanOrEqual(2)
    const urls = await Promise.all(
      variants.map(async (variant) => (await store.find(variant))?.address),
    )
    expect(urls).toEqual(['later', ...Array.from({ length: 99 }, () => 'u')])
  })

  it('compares no options of links that are looked up together', async () => {
    const store = createPostgresLinkStore(database.db, { cdn: testCdn })
    const request = parseImageUrl('/batched_10_10.jpg', [])
    if (request.kind !== 'sized') throw new Error('The address has a size.')
    const policy = { bounds: { width: 100, height: 100 }, webpOptIn: false, webpSwitch: false }
    const walks = await countOptionWalks(() =>
      Promise.all(
        [11, 12, 13].map((width) => store.find(toVariant({ ...request, width }, policy, []))),
      ),
    )
    expect(walks).toBe(0)
  })

  it('records the links of a batch where one of them cannot be', async () => {
    const store = createPostgresLinkStore(database.db, { cdn: testCdn })
    const [good, bad] = [makeVariant(), makeVariant({ id: 'no \0 in PostgreSQL' as never })]
    const results = await Promise.allSettled(
      [bad, good].map((variant) => store.record(variant, { address: 'u' }, 1)),
    )
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    expect(await store.find(good)).toEqual({ address: 'u' })
  })

  it('finds no canvas in PNG or WebP that an earlier release has stored, and any other of its links', async () => {
    const store = createPostgresLinkStore(database.db, { cdn: testCdn })
    const variants = [
      makeVariant({ fit: 'canvas', format: 'png' }),
      makeVariant({ fit: 'canvas', format: 'webp' }),
      makeVariant({ fit: 'canvas', format: 'jpg' }),
      makeVariant({ fit: 'clip', format: 'png' }),
    ]
    for (const { id, width, height, fit, format } of variants) {
      await query(
        database.url,
        'INSERT INTO images (id, x, y, fit, file_type, url) VALUES ($1, $2, $3, $4, $5, $6)',
        [id, width, height, fit, formats[format].mime, 'of an earlier release'],
      )
    }
    const find = () => Promise.all(variants.map(async (each) => (await store.find(each))?.address))
    const earlier = 'of an earlier release'
    expect(await find()).toEqual([undefined, undefined, earlier, earlier])
    await Promise.all(variants.map((each) => store.record(each, { address: 'new' }, 1000)))
    expect(await find()).toEqual(['new', 'new', 'new', 'new'])
  })

  describeTokenStore('the token store', () => ({
    tokens: createPostgresTokenStore(database.db),
    async age(id, ms) {
      const shift = `UPDATE tokens SET valid_until = valid_until - $2::interval,
        claimed_at = claimed_at - $2::interval WHERE image_id = $1`
      await query(database.url, shift, [id, `${ms} milliseconds`])
    },
  }))

  describe('the addresses of links', () => {
    const store = () => createPostgresLinkStore(database.db, { cdn: testCdn })
    const variant = makeVariant()
    const key = objectKey(variant, 5)
    const rowOf = async () => {
      const { rows } = await query(database.url, 'SELECT url FROM images WHERE id = $1', [
        variant.id,
      ])
      return rows[0]?.['url'] as string | undefined
    }
    const moveTo = (address: string) =>
      query(database.url, 'UPDATE images SET url = $2 WHERE id = $1', [variant.id, address])

    it('are written as a whole, as earlier builds read them', async () => {
      await store().record(variant, { key }, 5)
      expect(await rowOf()).toBe(`https://cdn.example/${key}`)
    })

    it('are read as keys, whatever the host that a row was recorded with', async () => {
      await moveTo(`http://earlier.example:8080/${key}`)
      expect(await store().find(variant)).toEqual({ key })
      const walk = createPostgresLinkWalk(database.db, testCdn)
      const walked = [...(await walk.next(1000)), ...(await walk.next(1000))]
      expect(walked).toContainEqual({ variant, link: { key } })
    })

    it('are those of a row that is removed by its key, whatever its host', async () => {
      await store().remove(variant, { key: objectKey(variant, 6) })
      expect(await rowOf()).toBe(`http://earlier.example:8080/${key}`)
      await store().remove(variant, { key })
      expect(await rowOf()).toBeUndefined()
    })

    it('of another form are read, and removed, as they are', async () => {
      await store().record(variant, { key }, 5)
      const address = 'https://legacy.example/some/picture.jpg'
      await moveTo(address)
      expect(await store().find(variant)).toEqual({ address })
      await store().remove(variant, { address: `${address}?` })
      expect(await rowOf()).toBe(address)
      await store().remove(variant, { address })
      expect(await rowOf()).toBeUndefined()
    })
  })

  it('walks over all links, over and over, each once a round', async () => {
    await query(database.url, 'DELETE FROM images')
    const store = createPostgresLinkStore(database.db, { cdn: testCdn })
    const variants = Array.from({ length: 23 }, (_, index) => makeVariant({ width: index + 1 }))
    for (const variant of variants) await store.record(variant, { address: `u${variant.width}` }, 1)
    await query(
      database.url,
      "INSERT INTO images (id, x, y, fit, file_type, url, blur, quality) VALUES ('..', 1, 1, 'clip', 'image/jpeg', 'x', false, -1)",
    )
    const walk = createPostgresLinkWalk(database.db, testCdn)
    const seen: string[] = []
    for (let round = 0; round < 30; round += 1) {
      seen.push(...(await walk.next(5)).map(({ link }) => link.address ?? ''))
    }
    const counts = variants.map(({ width }) => seen.filter((url) => url === `u${width}`).length)
    expect(Math.min(...counts)).toBeGreaterThan(3)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
    expect(seen).not.toContain('x')
  })

  it('F16 sweeps a backlog of tokens by statements that are bounded, and the claims with it', async () => {
    await query(database.url, 'DELETE FROM tokens')
    await query(
      database.url,
      `INSERT INTO tokens (id, image_id, valid_until, used)
       SELECT 'expired ' || n, 'expired ' || n, now() - interval '1 year', 0 FROM generate_series(1, 2500) n`,
    )
    await query(
      database.url,
      `INSERT INTO tokens (id, image_id, valid_until, used, claimed_at)
       SELECT 'claim ' || n, 'claim ' || n, now(), 1, now() - interval '1 hour' FROM generate_series(1, 3) n`,
    )
    const deletions: number[] = []
    const counted = database.db.withPlugin({
      transformQuery: ({ node }) => node,
      async transformResult({ result }) {
        deletions.push(Number(result.numAffectedRows))
        return result
      },
    })
    expect(await createPostgresTokenStore(counted).sweep(60_000)).toBe(2503)
    expect(deletions).toEqual([1000, 1000, 503])
    expect((await query(database.url, 'SELECT id FROM tokens')).rows).toEqual([])
  })

  it('sweeps tokens by an index that has none of the finished uploads', async () => {
    await query(
      database.url,
      `INSERT INTO tokens (id, image_id, valid_until, used, claimed_at, uploaded_at)
       SELECT 'filler ' || n, 'filler ' || n, now(), 1, now(), now() FROM generate_series(1, 30000) n`,
    )
    await query(database.url, 'VACUUM ANALYZE tokens')
    const countScans = async () => {
      const { rows } = await query(
        database.url,
        "SELECT idx_scan::int AS scans FROM pg_stat_user_indexes WHERE indexrelname = 'unfinished_tokens'",
      )
      return Number(rows[0]?.['scans'])
    }
    const before = await countScans()
    await createPostgresTokenStore(database.db).sweep(60_000)
    // The server tells of it a little later.
    await until(async () => (await countScans()) > before)
  })

  it('finds links in the unique index alone, and epochs by their key', async () => {
    await query(
      database.url,
      `INSERT INTO images SELECT 'filler ' || n, n, n, 'clip', 'image/jpeg', 'u', false, now(), -1 FROM generate_series(1, 30000) n`,
    )
    await query(database.url, 'VACUUM ANALYZE images')
    const { parameters } = toLinkLookup([toAskedLink(makeVariant()), toAskedLink(makeVariant())])
    const { rows } = await query(database.url, `EXPLAIN ${linkLookup.text}`, [...parameters])
    const plan = rows.map((row) => String(row['QUERY PLAN']))
    const scans = plan.filter((line) => / (?:Scan|Join) /.test(line))
    expect(scans).toEqual([
      expect.stringMatching(/Index Scan using epochs_pkey on epochs/),
      expect.stringMatching(/Function Scan on json_to_recordset asked/),
      expect.stringMatching(/Index Only Scan using unique_image on images/),
      expect.stringMatching(/Index Scan using links_pkey on links/),
      expect.stringMatching(/Index Scan using epochs_pkey on epochs/),
    ])
    const others = plan.filter((line) => /Sort|Filter/.test(line))
    expect(others).toEqual([expect.stringMatching(/Filter: \(id = asked\.id\)/)])
    expect(plan.at(-1)).toMatch(/^ +Index Cond:/)
  })
})
