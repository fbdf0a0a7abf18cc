import type { ObjectKey } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import { provideDatabase } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { afterAll, expect, it } from '@jest/globals'
import { createPurgeRig, keys, renderedAt } from './_rig.ts'

const database = await provideDatabase()
const server = { kind: 'postgres', url: database.url } as const
const never = 3_600_000

afterAll(() => database[Symbol.asyncDispose]())

const keyOf = (id: ImageId, width: number, epoch = 0) =>
  keys.of({ variant: makeVariant({ id, width }), renderedAt, epoch })

it('removes objects of the image that were never recorded, and none of a later epoch or of others', async () => {
  await using rig = await createPurgeRig(server)
  const id = await rig.plant('a', 2)
  const other = await rig.plant('b', 2)
  const put = (key: string) => rig.variants.put(key as ObjectKey, Buffer.from('x'), 'image/jpeg')
  const folder = keyOf(id, 1).slice(0, 71)
  const kept = [keyOf(id, 1000, 10_000), keyOf(other, 1000), `${folder}readme.txt`]
  for (const key of [...kept, keyOf(id, 1000), keyOf(id, 1001)]) await put(key)
  await using _running = rig.start()
  const purge = await rig.order({ selector: { ids: [id] } })
  expect(await rig.untilEnd(purge)).toMatchObject({
    state: 'finished',
    failures: [],
    counts: { links: 2, objects: 4 },
  })
  const left = [...kept, keyOf(other, 10), keyOf(other, 11)]
  expect([...rig.objects.keys()].toSorted()).toEqual(left.toSorted())
  expect((await rig.sql('SELECT FROM purged_images')).rowCount).toBe(0)
})

it('removes what the selector means, and keeps what has a link or is left for later', async () => {
  await using rig = await createPurgeRig(server)
  const id = await rig.plant('a', 3)
  const png = keys.of({ variant: makeVariant({ id, width: 500, format: 'png' }), renderedAt })
  const later = keys.of({ variant: makeVariant({ id, width: 501, format: 'png' }), renderedAt })
  for (const key of [png, later, keyOf(id, 500)]) {
    await rig.variants.put(key, Buffer.from('x'), 'image/png')
  }
  await rig.sql(`INSERT INTO unlinked_objects (key, image, purge, due_at)
    VALUES ('${later}', '${id}', 'another', now() + interval '1 hour')`)
  await rig.sql(`UPDATE images SET file_type = 'image/png' WHERE x = 10`)
  await using _running = rig.start()
  expect(await rig.untilEnd(await rig.order({ selector: { format: 'png' } }))).toMatchObject({
    counts: { images: 1, links: 1, objects: 2 },
  })
  const left = [keyOf(id, 11), keyOf(id, 12), keyOf(id, 500), later]
  expect([...rig.objects.keys()].toSorted()).toEqual(left.toSorted())
})

it('R78 looks again once nothing can come late, and removes what came', async () => {
  await using rig = await createPurgeRig(server)
  const id = await rig.plant('a', 2)
  await using _running = rig.start({}, [], never)
  const purge = await rig.order({ selector: { ids: [id] } })
  await until(async () => (await rig.purges.find(purge))?.phase === 'settle')
  expect(await rig.purges.find(purge)).toMatchObject({
    state: 'running',
    counts: { objects: 2 },
    finishedAt: undefined,
  })
  expect(rig.objects.size).toBe(0)
  await rig.variants.put(keyOf(id, 10), Buffer.from('late'), 'image/jpeg')
  await rig.wake(purge)
  expect(await rig.untilEnd(purge)).toMatchObject({ state: 'finished', counts: { objects: 3 } })
  expect(rig.objects.size).toBe(0)
})

it('F56 stops its deletions while it is paused, and goes on when it is resumed', async () => {
  await using rig = await createPurgeRig(server)
  const id = await rig.plant('a', 2)
  let release = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  let isAsked = false
  await using _running = rig.start({
    async deleteMany(asked) {
      isAsked = true
      await released
      return rig.variants.deleteMany(asked)
    },
  })
  const purge = await rig.order({ selector: { ids: [id] } })
  await until(() => isAsked)
  await rig.purges.change(purge, 'paused')
  release()
  await until(async () => (await rig.purges.find(purge))?.counts.objects === 2)
  expect(await rig.purges.find(purge)).toMatchObject({ state: 'paused', phase: 'objects' })
  await rig.purges.change(purge, 'running')
  await rig.wake(purge)
  expect(await rig.untilEnd(purge)).toMatchObject({ state: 'finished', counts: { objects: 2 } })
})

it('F56 leaves what it has not removed when it is cancelled, until no client remembers a redirect', async () => {
  await using rig = await createPurgeRig(server)
  const id = await rig.plant('a', 2)
  const away = new AppError('STORE_UNAVAILABLE', 'The bucket is away.')
  await using _running = rig.start({
    deleteMany: async ([first, ...others]) => {
      if (first !== undefined) await rig.variants.delete(first)
      return new Map(others.map((key) => [key, away]))
    },
  })
  const purge = await rig.order({ selector: { ids: [id] } })
  await until(async () => (await rig.purges.find(purge))?.counts.objects === 1)
  expect(await rig.purges.change(purge, 'cancelled')).toMatchObject({ state: 'cancelled' })
  const { rows } = await rig.sql(
    `SELECT key, purge, due_at > now() + interval '55 minutes' AS "isLater" FROM unlinked_objects`,
  )
  expect(rows).toEqual([{ key: [...rig.objects.keys()][0], purge: '', isLater: true }])
})
