import type { Backlog } from '@iaas/queue/backlog'
import type { Queues } from '@iaas/queue/open-queues'
import { createBullBoard } from '@bull-board/api'
import { ExpressAdapter } from '@bull-board/express'
import type { Logger } from '@iaas/common/log'
import type { Queue } from 'bullmq'
import type { RequestHandler } from 'express'
import { BacklogAdapter } from './backlog-adapter.ts'

const openLimitMs = 2000

export type QueueDashboardOptions = {
  readonly queues: Queues
  readonly backlog: Backlog
  readonly readOnly: boolean
  readonly log: Logger
}

/** Creates the bull-board router of both queues, mounted at `/queues`. Answers 503 while their server does not answer. */
export function createQueueDashboard(options: QueueDashboardOptions): RequestHandler {
  const { queues, backlog, log } = options
  let board: RequestHandler | undefined

  return async (req, res, next) => {
    try {
      board ??= buildBoard(await queues(openLimitMs), options)
    } catch (error) {
      log.warn('queues not shown', { error })
      return void res.status(503).type('text/plain').send('The queues cannot be reached just now.')
    }
    if (req.method !== 'GET') res.once('finish', () => backlog.recount())
    board(req, res, next)
  }
}

function buildBoard(
  queues: readonly Queue[],
  { backlog, readOnly: readOnlyMode }: QueueDashboardOptions,
): RequestHandler {
  const serverAdapter = new ExpressAdapter().setBasePath('/queues')
  createBullBoard({
    queues: queues.map((queue) => new BacklogAdapter(queue, backlog, { readOnlyMode })),
    serverAdapter,
    options: { uiConfig: { boardTitle: 'iaas' } },
  })
  return serverAdapter.getRouter() as RequestHandler
}
