import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AppError } from '@iaas/common/errors'
import { queueNames } from '@iaas/common/jobs/queues'
import { persistJobId, toPayload, putObjectJob } from '@iaas/common/jobs/store-rendition'
import { objectKey, variantDigest } from '@iaas/common/digest'
import { createS3VariantStore } from '@iaas/stores/s3/variant-store'
import { until } from '@iaas/testing/until'
import { expect, it } from '@jest/globals'
import { bytesOf } from './_fakes.ts'
import { createRig, newRendition } from './_rig.ts'
import { describeOnEachServer } from './_servers.ts'

const notStored = 'Its object was not stored.'
const failure = () => new AppError('STORE_UNAVAILABLE', 'It does not answer.')

/** A promise that is resolved from outside. */
function createGate(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve: () => resolve() }
}

/** A store whose keys are wrong. */
async function openRefusingS3() {
  const http = createServer((request, response) => {
    request.resume()
    response.writeHead(403).end('<Error><Code>InvalidAccessKeyId</Code></Error>')
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  const variants = createS3VariantStore({
    endpoint: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    bucket: 'bucket',
    region: 'us-east-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
  })
  return {
    variants,
    async [Symbol.asyncDispose]() {
      variants.close()
      http.close()
      await once(http, 'close')
    },
  }
}

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
          await rig.handlers.recordLink(rendition, wasPreceded)
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
          await rig.handlers.recordLink(given, wasPreceded)
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
          await rig.handlers.recordLink(given, wasPreceded)
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

    it('stores a later rendition of a variant whose job has failed for good', async () => {
      await using rig = createRig(server)
      const first = newRendition()
      const later = newRendition({ variant: first.variant })
      await using _uploader = rig.uploader({
        async putObject(rendition) {
          if (rendition.renderedAt === first.renderedAt) {
            throw new AppError('IMAGE_DAMAGED', 'The original is damaged.')
          }
          return rig.handlers.putObject(rendition)
        },
      })
      await rig.persist(first)
      const uploads = await rig.queue(queueNames.uploads)
      const records = await rig.queue(queueNames.records)
      // The parent of a job that has failed fails with it, and is never run.
      await until(async () => (await records.getFailedCount()) === 1)
      const [failed] = await uploads.getFailed()
      expect(failed?.attemptsMade).toBe(1)
      expect(await rig.spool.get(variantDigest(first.variant))).toBeUndefined()
      expect(rig.links.size).toBe(0)
      await rig.persist(later)
      await rig.untilLinked(later)
    })

    it('keeps of a job that has failed why the store refused it', async () => {
      await using rig = createRig(server)
      await using s3 = await openRefusingS3()
      rig.variants.put = (...object) => s3.variants.put(...object)
      await using _uploader = rig.uploader()
      const uploads = await rig.queue(queueNames.uploads)
      await uploads.add(putObjectJob.name, toPayload(newRendition()), { attempts: 2 })
      await until(async () => (await uploads.getFailedCount()) === 1)
      const [failed] = await uploads.getFailed()
      expect(failed?.failedReason).toMatch(
        /^The variant store refused: InvalidAccessKeyId\. Check aws\.access_key/,
      )
    })

    it('F19 fails a poisoned job once, keeps it, and goes on with the others', async () => {
      await using rig = createRig(server)
      const uploads = await rig.queue(queueNames.uploads)
      const poison = { v: 1, variant: { id: '../../etc/passwd' }, renderedAt: 1 }
      const options = { attempts: 12, backoff: { type: 'fixed', delay: 1 } }
      await uploads.add(putObjectJob.name, poison, options)
      await uploads.add('format-disk', {}, options)
      await using _uploader = rig.uploader({ concurrency: 1 })
      const rendition = newRendition()
      await rig.persist(rendition)
      await rig.untilLinked(rendition)
      const failed = await uploads.getFailed()
      expect(failed.map(({ attemptsMade }) => attemptsMade)).toEqual([1, 1])
      expect(rig.objects.size).toBe(1)
    })

    it('F20 works off many renditions by several uploaders, each once', async () => {
      await using rig = createRig(server)
      const requests = Array.from({ length: 60 }, () => newRendition())
      await Promise.all(requests.map((rendition) => rig.persist(rendition)))
      let puts = 0
      const counted = {
        async putObject(rendition: (typeof requests)[0]) {
          puts += 1
          return rig.handlers.putObject(rendition)
        },
        // What takes long here is not taken over.
        lockMs: 15_000,
      }
      await using _one = rig.uploader(counted)
      await using _other = rig.uploader(counted)
      await until(() => rig.links.size === requests.length)
      expect(rig.objects.size).toBe(requests.length)
      expect(puts).toBe(requests.length)
    })

    it('finishes the job that runs when it ends, and leaves the next to another uploader', async () => {
      await using rig = createRig(server)
      const gate = createGate()
      const [running, waiting] = [newRendition(), newRendition()]
      let started = 0
      const uploader = rig.uploader({
        concurrency: 1,
        async putObject(rendition) {
          started += 1
          await gate.promise
          return rig.handlers.putObject(rendition)
        },
      })
      await rig.persist(running)
      await until(() => started === 1)
      await rig.persist(waiting)
      const ended = uploader[Symbol.asyncDispose]()
      gate.resolve()
      await ended
      expect(rig.objects.size).toBe(1)
      expect(started).toBe(1)
      await using _next = rig.uploader()
      await rig.untilLinked(running)
      await rig.untilLinked(waiting)
    })

    it('tells a job that takes too long to stop when it ends', async () => {
      await using rig = createRig(server)
      const aborted = createGate()
      let started = false
      const uploader = rig.uploader({
        closeLimitMs: 100,
        async putObject(_request, signal) {
          started = true
          await new Promise<void>((resolve) => {
            signal?.addEventListener('abort', () => resolve())
          })
          aborted.resolve()
          throw failure()
        },
      })
      await rig.persist(newRendition())
      await until(() => started)
      await uploader[Symbol.asyncDispose]()
      await aborted.promise
      expect(rig.objects.size).toBe(0)
    })
  },
)
