import { openQueues } from '@iaas/queue/open-queues'
import { AppError } from '@iaas/common/errors'
import { queueNames } from '@iaas/common/jobs/queues'
import { createSilentLogger } from '@iaas/common/log'
import { until } from '@iaas/testing/until'
import { expect, it } from '@jest/globals'
import { createClearFailed } from '../src/clear-failed.ts'
import { createRig, newRendition } from './_rig.ts'
import { describeOnEachServer } from './_servers.ts'

const damaged = () => Promise.reject(new AppError('IMAGE_DAMAGED', 'The original is damaged.'))

describeOnEachServer(
  (kind) => `the clearing of failed jobs on ${kind}`,
  (server) => {
    it('ends after the rendition that it gives up, where the uploader ends, and gives up the others later', async () => {
      await using rig = createRig(server)
      await using _uploader = rig.uploader({ putObject: damaged })
      for (let jobs = 0; jobs < 3; jobs += 1) await rig.persist(newRendition())
      const records = await rig.queue(queueNames.records)
      await until(async () => (await records.getFailedCount()) === 3)
      await using queues = openQueues(rig.backend, createSilentLogger())
      const ending = new AbortController()
      let given = 0
      const clearFailed = createClearFailed({
        queues,
        async giveUp() {
          given += 1
          ending.abort()
        },
      })
      await clearFailed(ending.signal)
      expect(given).toBe(1)
      given = 0
      await clearFailed(new AbortController().signal)
      expect(given).toBe(3)
    })
  },
)
