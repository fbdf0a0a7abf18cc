import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AppError } from '@iaas/common/errors'
import { queueNames } from '@iaas/common/jobs/queues'
import { toPayload, putObjectJob } from '@iaas/common/jobs/store-rendition'
import { variantDigest } from '@iaas/common/digest'
import { createS3VariantStore } from '@iaas/stores/s3/variant-store'
import { until } from '@iaas/testing/until'
import { expect, it } from '@jest/globals'
import { createRig, newRendition } from './_rig.ts'
import { describeOnEachServer } from './_servers.ts'

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
  (kind) => `a job that fails on ${kind}`,
  (server) => {
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
  },
)
