import { type ObjectKey, objectKey } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { type ImageId, parseImageId } from '@iaas/common/image'
import type { Collection } from '@iaas/common/ports/collections'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import { provideDatabase } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { afterAll, describe, expect, it } from '@jest/globals'
import { createPurgeRig, keys, renderedAt } from '../purges/_rig.ts'

const database = await provideDatabase()
const server = { kind: 'postgres', url: database.url } as const
const keepSeconds = 3600
const away = new AppError('STORE_UNAVAILABLE', 'The bucket is away.')

afterAll(() => database[Symbol.asyncDispose]())

type Rig = Awaited<ReturnType<typeof createPurgeRig>>

const variantOf = (id: ImageId, width: number) => makeVariant({ id, width })
const named = (id: ImageId, width: number) => keys.of({ variant: variantOf(id, width), renderedAt })
const put = (rig: Rig, key: string) =>
  rig.variants.put(key as ObjectKey, Buffer.from('x'), 'image/jpeg')

/** Lists two objects at a time. All but some are old. */
const listOld =
  ({ variants }: Rig, young: readonly string[] = []): VariantStore['list'] =>
  async (prefix, options) => {
    const { objects, next } = await variants.list(prefix, { ...options, limit: 2 })
    const age = (key: string) => (young.includes(key) ? new Date() : new Date(0))
    return {
      objects: objects.map(({ key, bytes }) => ({ key, bytes, modifiedAt: age(key) })),
      next,
    }
  }

async function untilEnd(rig: Rig, isDryRun: boolean): Promise<Collection | undefined> {
  const { id } = await rig.collections.start({ who: 'test', isDryRun, keepSeconds })
  const find = async () => (await rig.collections.list()).find((each) => each.id === id)
  await until(async () => (await find())?.state === 'finished')
  return find()
}

describe('the collection of garbage', () => {
  it('R79 removes only old objects of our forms that no link of either table names', async () => {
    await using rig = await createPurgeRig(server)
    const id = await rig.plant('a', 2)
    const compact = named(id, 500)
    await rig.sql(`INSERT INTO links (image, variant, rendered_at, id, file)
      VALUES (iaas_digest_of('${id}'), 1, now(), '${id}', '${compact.slice(71)}')`)
    const remembered = named(id, 501)
    await rig.sql(`INSERT INTO unlinked_objects (key, image, purge, due_at)
      VALUES ('${remembered}', '${id}', '', now() + interval '1 hour')`)
    const young = named(id, 502)
    const other = parseImageId('b')
    const garbage: string[] = [named(id, 503), objectKey(variantOf(other, 1), 1), named(other, 2)]
    const foreign = ['readme.txt', 'aa/bb/photo.jpg', `${young}.bak`]
    for (const key of [...garbage, ...foreign, compact, remembered, young]) await put(rig, key)
    const before = rig.objects.size
    await using _running = rig.start({
      list: listOld(rig, [young]),
      deleteMany: async (asked) => new Map(asked.map((key) => [key, away])),
    })
    const counts = { objects: 11, foreign: 3, linked: 3, young: 1, remembered: 1, garbage: 3 }
    expect(await untilEnd(rig, true)).toMatchObject({ counts, foreignKeys: foreign.toSorted() })
    expect((await rig.sql('SELECT FROM unlinked_objects')).rowCount).toBe(1)
    const purge = await rig.order({ options: { dry_run: true, keep_seconds: 0 } })
    expect((await rig.untilEnd(purge))?.collected).toBeUndefined()

    expect(await untilEnd(rig, false)).toMatchObject({ counts, isDryRun: false })
    const { rows } = await rig.sql(`SELECT key FROM unlinked_objects WHERE due_at <= now()`)
    expect(rows.map(({ key }) => String(key)).toSorted()).toEqual(garbage.toSorted())
    expect(rig.objects.size).toBe(before)
    expect((await rig.purges.find(purge))?.collected).toMatchObject({ left: 1 })
    await using _again = rig.start()
    await until(() => rig.objects.size === before - garbage.length)
    expect(garbage.filter((key) => rig.objects.has(key as ObjectKey))).toEqual([])
  })

  it('R79 keeps an object that has a link again when its turn comes', async () => {
    await using rig = await createPurgeRig(server)
    const id = await rig.plant('a', 1)
    for (const key of [named(id, 10), named(id, 11)]) {
      await put(rig, key)
      await rig.sql(`INSERT INTO unlinked_objects (key, image, purge, due_at)
        VALUES ('${key}', '', '', now())`)
    }
    await using _running = rig.start()
    await until(async () => (await rig.sql('SELECT FROM unlinked_objects')).rowCount === 0)
    expect([...rig.objects.keys()]).toEqual([named(id, 10)])
  })

  it('F57 goes on at its position after an outage of the bucket, and counts each object once', async () => {
    await using rig = await createPurgeRig(server)
    const id = await rig.plant('a', 7)
    const asked: (string | undefined)[] = []
    const list = listOld(rig)
    const first = rig.start({
      list: async (prefix, options) => {
        if (asked.push(options?.after) > 2) throw away
        return list(prefix, options)
      },
    })
    await rig.collections.start({ who: 'test', isDryRun: false, keepSeconds })
    await until(() => asked.length > 2)
    await first[Symbol.asyncDispose]()
    await rig.sql(`UPDATE collections SET claimed_until = now()`)
    await using _second = rig.start({ list })
    await until(async () => (await rig.collections.list())[0]?.state === 'finished')
    expect(asked.slice(0, 3)).toEqual([undefined, expect.any(String), expect.any(String)])
    const [collection] = await rig.collections.list()
    expect(collection?.counts).toMatchObject({ objects: 7, linked: 7, garbage: 0 })
    expect(rig.objects.has(named(id, 10))).toBe(true)
  })

  it('F57 is worked on by one process at a time, and one that was overtaken changes nothing', async () => {
    await using rig = await createPurgeRig(server)
    const { collections, collectionWork: work } = rig
    const key = named(parseImageId('a'), 1)
    const page = { own: [{ key, modifiedAt: new Date(0) }], foreign: [], next: key }
    const started = await collections.start({ who: 'one', isDryRun: false, keepSeconds })
    const again = await collections.start({ who: 'two', isDryRun: true, keepSeconds })
    expect(again).toEqual(started)
    const claimed = await work.claim('first')
    expect(claimed?.id).toBe(started.id)
    expect(await work.claim('second')).toBeUndefined()
    await rig.sql(`UPDATE collections SET claimed_until = now()`)
    expect((await work.claim('second'))?.id).toBe(started.id)
    expect(await work.judge(started, 'first', page)).toBeUndefined()
    expect(await work.judge(started, 'second', page)).toMatchObject({ objects: 1, garbage: 1 })
    expect(await work.judge(started, 'second', page)).toBeUndefined()
    expect(await collections.cancel()).toMatchObject({ state: 'cancelled', position: key })
    expect(await collections.cancel()).toBeUndefined()
    expect(await work.claim('second')).toBeUndefined()
  })
})
