import { createFlowSink } from '@iaas/queue/flow-sink'
import { type ObjectKey, objectKey } from '@iaas/common/digest'
import { queueNames } from '@iaas/common/jobs/queues'
import {
  persistJobId,
  toPayload,
  putObjectJob,
  recordLinkJob,
} from '@iaas/common/jobs/store-rendition'
import { createSilentLogger } from '@iaas/common/log'
import { createObjectKeys } from '@iaas/common/object-keys'
import type { WaitingRendition } from '@iaas/common/ports/persistence'
import { until } from '@iaas/testing/until'
import { expect, it } from '@jest/globals'
import { createRecordLink } from '../src/handlers/record-link.ts'
import { createRig, newRendition } from './_rig.ts'
import { describeOnEachServer } from './_servers.ts'

type Rig = ReturnType<typeof createRig>

/** Queues both jobs of a rendition, with a payload as another version of the api would write it. */
async function schedule(rig: Rig, jobId: string, data: unknown): Promise<void> {
  const sink = createFlowSink(rig.backend, createSilentLogger())
  const opts = { jobId, attempts: 12, backoff: { type: 'fixed', delay: 1 } }
  await sink.add({
    name: recordLinkJob.name,
    queueName: queueNames.records,
    data,
    opts,
    children: [
      {
        name: putObjectJob.name,
        queueName: queueNames.uploads,
        data,
        opts: { ...opts, failParentOnFailure: true },
      },
    ],
  })
  await sink.close()
}

describeOnEachServer(
  (kind) => `jobs of other versions on ${kind}`,
  (server) => {
    it('F25 are done where they only have fields more than are known here', async () => {
      await using rig = createRig(server)
      const rendition = newRendition()
      const { variant, ...payload } = toPayload(rendition)
      const data = { ...payload, variant: { ...variant, glow: 7 }, traceparent: '00-1-2-01' }
      await schedule(rig, persistJobId(rendition), data)
      await using _uploader = rig.uploader()
      await rig.untilLinked(rendition)
      expect([...rig.objects.keys()]).toEqual([objectKey(rendition.variant, rendition.renderedAt)])
    })

    it('F25 that a build before named keys has begun are linked where it has stored their object', async () => {
      await using rig = createRig(server)
      const rendition = newRendition()
      const { links, variants, spool } = rig
      const recordLink = createRecordLink({
        keys: createObjectKeys('a secret that only this build knows'),
        links,
        variants,
        spool,
        metrics: { linked: () => {}, fenced: () => {} },
        now: Date.now,
      })
      // It returns nothing.
      const putObject = async (given: WaitingRendition) =>
        void (await rig.handlers.putObject(given)) as unknown as ObjectKey
      await rig.persist(rendition)
      await using _uploader = rig.uploader({ putObject, recordLink })
      await rig.untilLinked(rendition)
      expect([...rig.objects.keys()]).toEqual([objectKey(rendition.variant, rendition.renderedAt)])
    })

    it('F25 that are not known here fail once and say so, are kept, and hold up nothing', async () => {
      await using rig = createRig(server)
      const rendition = newRendition()
      await schedule(rig, persistJobId(rendition), { ...toPayload(rendition), v: 2 })
      const uploads = await rig.queue(queueNames.uploads)
      const records = await rig.queue(queueNames.records)
      await using _uploader = rig.uploader({ concurrency: 1 })
      await until(async () => (await records.getFailedCount()) === 1)
      const [failed] = await uploads.getFailed()
      expect(failed).toMatchObject({
        attemptsMade: 1,
        data: { v: 2 },
        failedReason: 'The job is malformed. v: only jobs of version 1 are known here',
      })
      // The same variant, rendered later, is another job.
      const later = { ...rendition, renderedAt: rendition.renderedAt + 1 }
      await rig.persist(later)
      await rig.untilLinked(later)
      expect(await uploads.getFailedCount()).toBe(1)
    })
  },
)
