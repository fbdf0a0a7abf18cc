import { purgeJob } from '@iaas/common/jobs/purge'
import type { PurgeOrders } from '@iaas/common/ports/purges'
import { type JobHandler, createJobHandler } from '../job-handler.ts'
import type { RunPurge } from '../purges/run-purge.ts'

/** Returns the handler of the jobs that work on purges. Each orders the next one until the purge has ended. */
export function createPurgeJob(runPurge: RunPurge, orders: PurgeOrders): JobHandler {
  return createJobHandler({
    kind: purgeJob,
    async handle(order, { signal }) {
      const restMs = await runPurge(order, signal)
      if (restMs !== undefined) await orders.add({ ...order, run: order.run + 1 }, restMs)
    },
    // The purge is ordered again later; see `createContinuePurges`.
    giveUp: async () => {},
    describe: (order) => order,
  })
}
