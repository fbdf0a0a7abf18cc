import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import { openQueue } from '@iaas/common/bullmq/open-queue'
import type { QueueBackend } from '@iaas/common/bullmq/queue-backend'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { queueNames } from '@iaas/common/jobs'
import type { Closers } from '@iaas/common/lifecycle/closers'
import type { Logger } from '@iaas/common/log'
import type { Queue } from 'bullmq'
import type { RequestHandler } from 'express'

export type QueueDashboardOptions = {
  readonly backend: QueueBackend
  readonly readOnly: boolean
  readonly log: Logger
  readonly closers: Closers
}

const openLimitMs = 2000

/** Both queues as bull-board shows them, to be mounted at `/queues`. 503 while their server does not answer. */
export function createQueueDashboard(options: QueueDashboardOptions): RequestHandler {
  const { backend, readOnly, log, closers } = options
  const queues = Object.values(queueNames).map((name) => openQueue(backend, name, log))
  closers.add('queue dashboard', () => Promise.all(queues.map((queue) => queue.close())))
  let board: RequestHandler | undefined

  return async (req, res, next) => {
    try {
      const opened = Promise.all(queues.map((queue) => queue.get()))
      board ??= buildBoard(await withDeadline(opened, openLimitMs), readOnly)
    } catch (error) {
      log.warn('queues not shown', { error })
      return void res.status(503).type('text/plain').send('The queues cannot be reached just now.')
    }
    board(req, res, next)
  }
}

function buildBoard(queues: readonly Queue[], readOnly: boolean): RequestHandler {
  const serverAdapter = new ExpressAdapter().setBasePath('/queues')
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: readOnly })),
    serverAdapter,
    options: { uiConfig: { boardTitle: 'iaas' } },
  })
  return serverAdapter.getRouter() as RequestHandler
}
