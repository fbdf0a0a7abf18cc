import { provideDatabase } from '@iaas/testing/postgres'
import { createBucket, startTestS3 } from '@iaas/testing/s3'
import { createS3VariantStore } from '@iaas/stores/s3/variant-store'
import type { ObjectKey } from '@iaas/common/digest'
import type { ImageId } from '@iaas/common/image'
import { afterAll, expect, it } from '@jest/globals'
import { createPurgeRig } from './_rig.ts'

const perOriginal = 10
const originals = 30
const links = originals * perOriginal

const database = await provideDatabase()
const s3 = await startTestS3()
const bucket = await createBucket(s3.url)
const variants = createS3VariantStore({ ...bucket, connections: 40 })

afterAll(async () => {
  variants.close()
  await s3[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

it(`purges ${links} variants of ${originals} originals from a bucket by few requests, and every count of the receipt is true`, async () => {
  await using rig = await createPurgeRig({ kind: 'postgres', url: database.url }, variants)
  const ids: ImageId[] = []
  for (let index = 0; index < originals; index += 1) {
    ids.push(await rig.plant(`original ${index}`, perOriginal))
  }
  const kept = await rig.plant('kept', perOriginal)
  const { rows } = await rig.sql('SELECT id, url FROM images')
  const keyOf = (url: unknown) => String(url).slice('https://cdn.example/'.length) as ObjectKey
  const calls = { deleteMany: 0, list: 0, most: 0 }
  let running = 0
  async function count<T>(name: 'deleteMany' | 'list', work: Promise<T>): Promise<T> {
    calls[name] += 1
    running += 1
    calls.most = Math.max(calls.most, running)
    return work.finally(() => (running -= 1))
  }
  await using _running = rig.start({
    deleteMany: (keys) => count('deleteMany', variants.deleteMany(keys)),
    list: (...asked) => count('list', variants.list(...asked)),
  })
  const id = await rig.order({ selector: { ids } })
  expect(await rig.untilEnd(id)).toMatchObject({
    state: 'finished',
    failures: [],
    counts: { images: originals, links, objects: links, objects_later: 0, originals: 0 },
  })
  expect(calls).toEqual({ deleteMany: 1, list: 3 * originals, most: expect.any(Number) })
  expect(calls.most).toBeLessThanOrEqual(16)
  const there: unknown[] = []
  for (const row of rows) if (await variants.has(keyOf(row['url']))) there.push(row['id'])
  expect(there).toEqual(Array(perOriginal).fill(kept))
  expect((await rig.sql('SELECT FROM images')).rowCount).toBe(perOriginal)
  expect((await rig.sql('SELECT FROM unlinked_objects')).rowCount).toBe(0)
})
