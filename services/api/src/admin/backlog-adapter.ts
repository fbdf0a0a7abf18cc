import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import type { Backlog } from '@iaas/queue/backlog'
import type { Queue } from 'bullmq'

type Options = ConstructorParameters<typeof BullMQAdapter>[1]

/** Longest wait of a page for the counts of a queue, ms. */
const countLimitMs = 100

/** Adapts a queue for bull-board, with counts that are shared with other callers. */
export class BacklogAdapter extends BullMQAdapter {
  readonly #name: string
  readonly #backlog: Backlog

  constructor(queue: Queue, backlog: Backlog, options: Options) {
    super(queue, options)
    this.#name = queue.name
    this.#backlog = backlog
  }

  override async getJobCounts() {
    const queues = await this.#backlog.countWithin(countLimitMs)
    return { ...queues.find(({ name }) => name === this.#name)?.jobs }
  }
}
