import { objectKey } from '@iaas/common/digest'
import { queueNames } from '@iaas/common/jobs/queues'
import { toPayload, putObjectJob, recordLinkJob } from '@iaas/common/jobs/store-rendition'
import { until } from '@iaas/testing/until'
import { expect, it } from '@jest/globals'
import { createRig, newRendition } from './_rig.ts'
import { describeOnEachServer } from './_servers.ts'

const { variant } = newRendition()
const sound = toPayload(newRendition())
const options = { attempts: 12, backoff: { type: 'fixed', delay: 1 } }

/** What somebody who reaches the queue, and nothing else, may put into it. */
const poisons: Readonly<Record<string, unknown>> = {
  'an id that leads out': { ...sound, variant: { ...variant, id: '../../x' } },
  'an id that is absolute': { ...sound, variant: { ...variant, id: '/etc/passwd' } },
  'an id of two lines': { ...sound, variant: { ...variant, id: 'a\nb' } },
  'an unknown version': { ...sound, v: 2 },
  'a size without bounds': { ...sound, variant: { ...variant, width: 1e12 } },
  'no size': { ...sound, variant: { ...variant, height: -1 } },
  'another format': { ...sound, variant: { ...variant, format: 'svg' } },
  'a time that is none': { ...sound, renderedAt: 'yesterday' },
  nothing: {},
}

describeOnEachServer(
  (kind) => `poisoned jobs on ${kind}`,
  (server) => {
    it('T24 fail once, are kept, write nothing, and hold up nobody', async () => {
      await using rig = createRig(server)
      const uploads = await rig.queue(queueNames.uploads)
      const records = await rig.queue(queueNames.records)
      for (const poison of Object.values(poisons)) {
        await uploads.add(putObjectJob.name, poison, options)
        await records.add(recordLinkJob.name, poison, options)
      }
      await uploads.add('format-disk', sound, options)
      await using _uploader = rig.uploader({ concurrency: 1 })
      const rendition = newRendition()
      await rig.persist(rendition)
      await rig.untilLinked(rendition)
      const count = Object.keys(poisons).length
      await until(async () => (await uploads.getFailedCount()) === count + 1)
      await until(async () => (await records.getFailedCount()) === count)
      for (const queue of [uploads, records]) {
        const attempts = (await queue.getFailed()).map(({ attemptsMade }) => attemptsMade)
        expect(new Set(attempts)).toEqual(new Set([1]))
      }
      expect([...rig.objects.keys()]).toEqual([objectKey(rendition.variant, rendition.renderedAt)])
      expect(rig.links.size).toBe(1)
    })

    it('T24 do not choose where an object goes: its key is that of its variant', async () => {
      await using rig = createRig(server)
      const rendition = newRendition()
      const foreign = { key: 'other/bucket/key', objectKey: '../x', url: 'http://192.0.2.1/x' }
      const uploads = await rig.queue(queueNames.uploads)
      await uploads.add(putObjectJob.name, { ...toPayload(rendition), ...foreign }, options)
      await using _uploader = rig.uploader()
      await until(() => rig.objects.size === 1)
      expect([...rig.objects.keys()]).toEqual([objectKey(rendition.variant, rendition.renderedAt)])
    })
  },
)
