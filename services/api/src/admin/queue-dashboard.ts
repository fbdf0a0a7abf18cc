import type { Queues } from '@iaas/common/bullmq/open-queues'
import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import type { Logger } from '@iaas/common/log'
import type { Queue } from 'bullmq'
import type { RequestHandler } from 'express'

const openLimitMs = 2000

/** Both queues as bull-board shows them, to be mounted at `/queues`. 503 while their server does not answer. */
export function createQueueDashboard(
  queues: Queues,
  readOnly: boolean,
  log: Logger,
): RequestHandler {
  let board: RequestHandler | undefined

  return async (req, res, next) => {
    try {
      board ??= buildBoard(await queues(openLimitMs), readOnly)
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
