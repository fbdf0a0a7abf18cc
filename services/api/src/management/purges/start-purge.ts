import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@iaas/common/log'
import {
  isRemoved,
  type NewPurge,
  type Purge,
  type PurgeOrder,
  type PurgeOrders,
  type Purges,
} from '@iaas/common/ports/purges'
import type { Receipt } from '../contract/purges.ts'
import { apiVersionPath } from '../is-api-target.ts'
import { toReceipt } from './receipt.ts'

export type StartPurgeOptions = {
  readonly purges: Pick<Purges, 'create' | 'find'>
  readonly orders: Pick<PurgeOrders, 'add'>
  readonly log: Logger
}

export type StartedPurge = {
  readonly body: Receipt
  /** 200 once everything is removed, or the purge has ended. */
  readonly status: 200 | 202
  readonly location: string
}

/** Starts a purge, and waits until everything is removed, for as long as the caller wants to. @throws AppError as `Purges.create` does */
export type StartPurge = (
  purge: NewPurge,
  waitSeconds: number,
  signal: AbortSignal,
) => Promise<StartedPurge>

const askEveryMs = 100

export function createStartPurge({ purges, orders, log }: StartPurgeOptions): StartPurge {
  const queue = createQueuePurge(orders, log)

  async function untilEnd(purge: Purge, seconds: number, signal: AbortSignal): Promise<Purge> {
    const endsAt = performance.now() + seconds * 1000
    let known = purge
    while (!hasStopped(known) && performance.now() < endsAt) {
      await delay(askEveryMs, undefined, { signal })
      // The purge is recorded, so a failure of the database must not answer that it is not.
      known = (await purges.find(purge.id).catch(() => undefined)) ?? known
    }
    return known
  }

  return async function startPurge(asked, waitSeconds, signal) {
    const { purge, order } = await purges.create(asked)
    await queue(order)
    const known = await untilEnd(purge, waitSeconds, signal)
    return {
      body: toReceipt(known),
      status: isRemoved(known) ? 200 : 202,
      location: `${apiVersionPath}/purges/${purge.id}`,
    }
  }
}

/** Queues an order. Never rejects: an uploader queues what was not queued. */
export function createQueuePurge(
  orders: Pick<PurgeOrders, 'add'>,
  log: Logger,
): (order: PurgeOrder) => Promise<void> {
  return async (order) => {
    try {
      await orders.add(order)
    } catch (error) {
      log.warn('purge not queued yet', { purge: order.purge, error })
    }
  }
}

function hasStopped(purge: Purge): boolean {
  return isRemoved(purge) || purge.state === 'failed'
}
