import { type ObjectKey, renditionDigest } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { parseImageId } from '@iaas/common/image'
import { queueNames } from '@iaas/common/jobs/queues'
import { maxUnfinished } from '@iaas/stores/postgres/purges/purges'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { expect, it } from '@jest/globals'
import { describeOnEachServer } from '../_servers.ts'
import { createPurgeRig } from './_rig.ts'

describeOnEachServer(
  (kind) => `purges with queues on ${kind}`,
  (server) => {
    it('F51 waits for a bucket that is away, says so, and counts each object once', async () => {
      await using rig = await createPurgeRig(server)
      for (const name of ['a', 'b', 'c']) await rig.plant(name, 10)
      let isAway = true
      const error = new AppError('STORE_UNAVAILABLE', 'The bucket is away.')
      await using _running = rig.start({
        async deleteMany(keys) {
          if (!isAway) return rig.variants.deleteMany(keys)
          const deleted = keys.slice(0, 37 - keys.length)
          await rig.variants.deleteMany(deleted)
          return new Map(keys.slice(deleted.length).map((key) => [key, error]))
        },
      })
      const id = await rig.order({})
      await until(async () => ((await rig.purges.find(id))?.failures.length ?? 0) > 0)
      expect(await rig.purges.find(id)).toMatchObject({
        state: 'running',
        counts: { links: 30, objects: 7 },
        failures: [{ phase: 'objects', message: 'The bucket is away.' }],
        effectiveAt: expect.any(Date),
      })
      isAway = false
      expect(await rig.untilEnd(id)).toMatchObject({
        state: 'finished',
        counts: { images: 3, links: 30, objects: 30 },
      })
      expect(rig.objects.size).toBe(0)
    })

    it('F51 goes on where a killed uploader stopped, without losing an object', async () => {
      await using rig = await createPurgeRig(server)
      const ids = [await rig.plant('a', 5), await rig.plant('b', 5)]
      let release = () => {}
      const hangs = new Promise<ReadonlyMap<ObjectKey, Error>>((resolve) => {
        release = () => resolve(new Map())
      })
      const first = rig.start({ deleteMany: () => hangs })
      const id = await rig.order({
        selector: { ids },
        options: { delete: true, now: true, keep_seconds: 0 },
      })
      await until(async () => (await rig.purges.find(id))?.phase === 'objects')
      expect((await rig.sql('SELECT FROM images')).rowCount).toBe(0)
      await using _second = rig.start()
      await first[Symbol.asyncDispose]()
      await rig.sql(`UPDATE purges SET touched_at = now() - interval '1 hour'`)
      expect(await rig.untilEnd(id)).toMatchObject({
        counts: { images: 2, links: 10, objects: 10, originals: 2 },
      })
      expect(rig.objects.size).toBe(0)
      release()
    })

    it('F51 is begun although its order was lost with the queue', async () => {
      await using rig = await createPurgeRig(server)
      await rig.plant('a', 3)
      const { purge } = await rig.purges.create({
        who: 'test',
        selector: { everything: true },
        options: { now: true, keep_seconds: 0 },
      })
      await rig.sql(`UPDATE purges SET touched_at = now() - interval '31 seconds'`)
      await using _running = rig.start()
      expect(await rig.untilEnd(purge.id)).toMatchObject({ counts: { objects: 3 } })
    })

    it('removes waiting jobs and spooled renditions of what is purged, and no others', async () => {
      await using rig = await createPurgeRig(server)
      const waiting = ['gone', 'gone', 'kept'].map((name, index) => ({
        variant: makeVariant({ id: parseImageId(name), width: 20 + index }),
        renderedAt: 1_764_000_000_000 + index,
      }))
      for (const rendition of waiting) {
        const { renderedAt } = rendition
        await rig.spool.put(renditionDigest(rendition), { bytes: Buffer.from('x'), renderedAt })
        await rig.persistence.schedule(rendition)
      }
      await using _running = rig.start()
      const id = await rig.order({ selector: { ids: [parseImageId('gone')] } })
      expect(await rig.untilEnd(id)).toMatchObject({
        counts: { jobs: 4, spool: 2, links: 0 },
        failures: [],
      })
      expect((await rig.spool.usage()).items).toBe(1)
      const queues = await rig.queues(5000)
      const storing = queues.filter(({ name }) => name !== queueNames.purges)
      const left = storing.map((queue) => queue.getJobCountByTypes('waiting', 'waiting-children'))
      expect(await Promise.all(left)).toEqual([1, 1])
    })

    it('keeps objects that clients remember until they are due, then removes them', async () => {
      await using rig = await createPurgeRig(server)
      await rig.plant('a', 3)
      const first = rig.start()
      const id = await rig.order({ options: { keep_seconds: 3600, now: false } })
      expect(await rig.untilEnd(id)).toMatchObject({ counts: { objects: 0, objects_later: 3 } })
      expect(rig.objects.size).toBe(3)
      await first[Symbol.asyncDispose]()
      await rig.sql(`UPDATE unlinked_objects SET due_at = now()`)
      await using _second = rig.start()
      await until(() => rig.objects.size === 0)
      await until(async () => (await rig.sql('SELECT FROM unlinked_objects')).rowCount === 0)
    })

    it('spreads a gradual purge, and leaves what is not its turn', async () => {
      await using rig = await createPurgeRig(server)
      for (const name of ['a', 'b', 'c']) await rig.plant(name, 5)
      await using _running = rig.start()
      const id = await rig.order({ options: { per_minute: 30, now: true, keep_seconds: 0 } })
      await until(async () => ((await rig.purges.find(id))?.counts.links ?? 0) > 0)
      expect((await rig.sql('SELECT FROM images')).rowCount).toBe(10)
      expect((await rig.purges.find(id))?.restMs).toBeGreaterThan(0)
      await rig.purges.change(id, 'cancelled')
    })

    it('T67 takes no more than a thousand unfinished purges', async () => {
      await using rig = await createPurgeRig(server)
      await rig.sql(`INSERT INTO purges (id, who, selector, options, state, phase)
        SELECT 'p' || number, 'test', '{}', '{}', 'paused', 'unlink' FROM generate_series(1, ${maxUnfinished}) AS number`)
      await expect(rig.order({})).rejects.toMatchObject({ code: 'STORE_BUSY' })
      await rig.sql(`UPDATE purges SET finished_at = now() WHERE id = 'p1'`)
      await rig.order({})
    })
  },
)
