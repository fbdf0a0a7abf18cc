import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import type { Backlog } from '@iaas/queue/backlog'
import type { Queue } from 'bullmq'

type Options = ConstructorParameters<typeof BullMQAdapter>[1]

/** A page does not wait longer for its queue to be counted, ms. */
const countLimitMs = 100

/** A queue as bull-board shows it, with the counts that others have asked for as well. */
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
