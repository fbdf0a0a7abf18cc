import { AppError } from '@iaas/common/errors'
import type { Backlog } from '@iaas/queue/backlog'
import type { Queues } from '@iaas/queue/open-queues'
import type { Job, Queue } from 'bullmq'
import type { Handlers } from '../call.ts'
import type { ManagementRoutes } from '../contract/routes.ts'

type QueueHandlers = Pick<
  Handlers<ManagementRoutes>,
  'listQueues' | 'listFailedJobs' | 'retryFailedJobs' | 'discardFailedJobs'
>

export type QueueHandlersOptions = {
  readonly queues: Queues
  readonly backlog: Pick<Backlog, 'count' | 'recount'>
}

/** Timeout for opening the queues, ms. */
const openLimitMs = 2000
/** Jobs that are removed in one call of the queue. */
const discardedAtOnce = 1000

export function createQueueHandlers({ queues, backlog }: QueueHandlersOptions): QueueHandlers {
  async function find(name: string): Promise<Queue> {
    const queue = (await answered(queues(openLimitMs))).find((each) => each.name === name)
    if (queue === undefined) throw new AppError('QUEUE_NOT_FOUND', 'There is no such queue.')
    return queue
  }

  /** Changes the failed jobs of a queue. Returns how many there are less afterwards. */
  async function change(name: string, work: (queue: Queue) => Promise<unknown>): Promise<number> {
    const queue = await find(name)
    const before = await answered(queue.getFailedCount())
    await answered(work(queue))
    const after = await answered(queue.getFailedCount())
    backlog.recount()
    return Math.max(0, before - after)
  }

  return {
    async listQueues() {
      const counted = await answered(backlog.count())
      return { body: { items: [...counted] } }
    },
    async listFailedJobs({ parameters, query: { limit } }) {
      const queue = await find(parameters.queue)
      const jobs = await answered(queue.getFailed(0, limit - 1))
      return { body: { items: jobs.map(describeJob) } }
    },
    async retryFailedJobs({ parameters }) {
      const jobs = await change(parameters.queue, (queue) => queue.retryJobs({ state: 'failed' }))
      return { body: { jobs } }
    },
    async discardFailedJobs({ parameters }) {
      return { body: { jobs: await change(parameters.queue, discardAll) } }
    },
  }
}

async function discardAll(queue: Queue): Promise<void> {
  while ((await queue.clean(0, discardedAtOnce, 'failed')).length > 0);
}

function describeJob(job: Job) {
  return {
    id: job.id ?? '',
    name: job.name,
    reason: job.failedReason ?? '',
    attempts: job.attemptsMade,
    created_at: new Date(job.timestamp).toISOString(),
    failed_at: job.finishedOn === undefined ? null : new Date(job.finishedOn).toISOString(),
  }
}

/** @throws AppError STORE_UNAVAILABLE if the server of the queues fails */
async function answered<Result>(asked: Promise<Result>): Promise<Result> {
  try {
    return await asked
  } catch (cause) {
    throw new AppError('STORE_UNAVAILABLE', 'The queues do not answer just now.', { cause })
  }
}
