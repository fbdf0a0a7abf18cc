import { openQueues } from '@iaas/queue/open-queues'
import { queueNames } from '@iaas/common/jobs/queues'
import { longestPauseMs } from '@iaas/common/jobs/retries'
import { toPayload, putObjectJob } from '@iaas/common/jobs/store-rendition'
import { createSilentLogger } from '@iaas/common/log'
import { expect, it } from '@jest/globals'
import { createPromoteDelayed } from '../src/promote-delayed.ts'
import { createRig, newRendition } from './_rig.ts'
import { describeOnEachServer } from './_servers.ts'

const log = createSilentLogger()

describeOnEachServer(
  (kind) => `jobs that wait for their next attempt on ${kind}`,
  (server) => {
    it('F24 are brought forward where a wrong clock has put them off for an hour, and left alone otherwise', async () => {
      await using rig = createRig(server)
      const queue = await rig.queue(queueNames.uploads)
      const add = (delay: number) =>
        queue.add(putObjectJob.name, toPayload(newRendition()), { delay, attempts: 3 })
      const usual = await add(longestPauseMs)
      const late = [await add(3_600_000), await add(86_400_000)]

      await using queues = openQueues(rig.backend, log)
      await createPromoteDelayed({ queues, log, now: Date.now })()

      expect(await usual.getState()).toBe('delayed')
      expect(await Promise.all(late.map((job) => job.getState()))).toEqual(['waiting', 'waiting'])
    })
  },
)
