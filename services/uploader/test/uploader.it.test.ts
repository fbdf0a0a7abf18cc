import { AppError } from '@iaas/common/errors'
import { queueNames } from '@iaas/common/jobs/queues'
import { persistJobId } from '@iaas/common/jobs/store-rendition'
import { objectKey, variantDigest } from '@iaas/common/digest'
import { until } from '@iaas/testing/until'
import { expect, it } from '@jest/globals'
import { bytesOf } from './_fakes.ts'
import { createRig, newRendition } from './_rig.ts'
import { describeOnEachServer } from './_servers.ts'

const notStored = 'Its object was not stored.'
const failure = () => new AppError('STORE_UNAVAILABLE', 'It does not answer.')

describeOnEachServer(
  (kind) => `the uploader on ${kind}`,
  (server) => {
    it('stores a rendition, links it and lets the spool go of it', async () => {
      await using rig = createRig(server)
      await using _uploader = rig.uploader()
      const rendition = newRendition()
      await rig.persist(rendition)
      await rig.untilLinked(rendition)
      const key = objectKey(rendition.variant, rendition.renderedAt)
      expect(rig.objects.get(key)).toEqual(bytesOf('spooled'))
      await until(async () => (await rig.spool.get(variantDigest(rendition.variant))) === undefined)
      expect(rig.renderer.renders).toBe(0)
    })

    it('F11 takes the end of the job before it for the proof that an object is there, and asks the store of none', async () => {
      await using rig = createRig(server)
      rig.variants.has = () => Promise.reject(new Error('The store was asked.'))
      await using _uploader = rig.uploader()
      const rendition = newRendition()
      await rig.persist(rendition)
      await rig.untilLinked(rendition)
    })

    it('F11 never links what is not stored: a put that fails at first is tried again, then linked', async () => {
      await using rig = createRig(server)
      const order: string[] = []
      let failures = 2
      await using _uploader = rig.uploader({
        async putObject(rendition) {
          order.push('put')
          failures -= 1
          if (failures >= 0) throw failure()
          return rig.handlers.putObject(rendition)
        },
        async recordLink(rendition, wasPreceded) {
          order.push('record')
          return rig.handlers.recordLink(rendition, wasPreceded)
        },
      })
      const rendition = newRendition()
      await rig.persist(rendition)
      await rig.untilLinked(rendition)
      expect(order).toEqual(['put', 'put', 'put', 'record'])
    })

    it('F11 never links what is not stored: a job of a link that is retried by hand after its put has failed', async () => {
      await using rig = createRig(server)
      await using _uploader = rig.uploader({
        putObject: () => Promise.reject(new AppError('INVALID_OPTION', 'It never works.')),
      })
      const rendition = newRendition()
      await rig.persist(rendition)
      const records = await rig.queue(queueNames.records)
      await until(async () => (await records.getFailedCount()) === 1)
      const [failed] = await records.getFailed()
      await failed?.retry()
      await until(async () => (await records.getFailed())[0]?.failedReason === notStored)
      expect(rig.links.size).toBe(0)
    })

    it('F11 never links what is not stored: the job of its object is removed by hand', async () => {
      await using rig = createRig(server)
      const rendition = newRendition()
      await rig.persist(rendition)
      const uploads = await rig.queue(queueNames.uploads)
      const records = await rig.queue(queueNames.records)
      await (await uploads.getJob(persistJobId(rendition)))?.remove()
      await using _uploader = rig.uploader()
      await until(async () => (await records.getFailed())[0]?.failedReason === notStored)
      expect(rig.links.size).toBe(0)
    })

    it('records a link again that could not be recorded', async () => {
      await using rig = createRig(server)
      let attempts = 0
      await using _uploader = rig.uploader({
        async recordLink(given, wasPreceded) {
          attempts += 1
          rig.links.failWith(attempts === 1 ? failure() : undefined)
          return rig.handlers.recordLink(given, wasPreceded)
        },
      })
      const rendition = newRendition()
      await rig.persist(rendition)
      await until(() => attempts > 1)
      await rig.untilLinked(rendition)
      expect(rig.objects.size).toBe(1)
    })

    it('F8 renders again what the spool has lost', async () => {
      await using rig = createRig(server)
      await using _uploader = rig.uploader()
      const rendition = newRendition()
      await rig.persistence.schedule(rendition)
      await rig.untilLinked(rendition)
      const key = objectKey(rendition.variant, rendition.renderedAt)
      expect(rig.objects.get(key)).toEqual(bytesOf('rendered again'))
    })

    it('F20 makes one object of a rendition that is scheduled again and again, at any time', async () => {
      await using rig = createRig(server)
      const rendition = newRendition()
      await rig.persist(rendition)
      await rig.persistence.schedule(rendition)
      let records = 0
      await using _uploader = rig.uploader({
        async putObject(given) {
          await rig.persistence.schedule(rendition)
          return rig.handlers.putObject(given)
        },
        async recordLink(given, wasPreceded) {
          records += 1
          // While it is recorded for the first time, its object's job is done and gone.
          if (records === 1) await rig.persistence.schedule(rendition)
          return rig.handlers.recordLink(given, wasPreceded)
        },
      })
      await rig.untilLinked(rendition)
      await rig.persistence.schedule(rendition)
      await rig.untilIdle()
      expect(rig.objects.size).toBe(1)
      expect(rig.links.size).toBe(1)
      expect(await (await rig.queue(queueNames.records)).getFailedCount()).toBe(0)
    })

    it('stores the same variant again after its job was done, and after its row was deleted', async () => {
      await using rig = createRig(server)
      await using _uploader = rig.uploader()
      const rendition = newRendition()
      await rig.persist(rendition)
      await rig.untilLinked(rendition)
      await rig.untilIdle()
      rig.links.clear()
      rig.objects.clear()
      await rig.persist(rendition)
      await rig.untilLinked(rendition)
      expect(rig.objects.size).toBe(1)
    })
  },
)
