import type { Queues } from '@iaas/common/bullmq/open-queues'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import type { Spool } from '@iaas/common/ports/spool'
import type { Queue } from 'bullmq'
import { Gauge, type Registry } from 'prom-client'

/** What a job can be doing, the states that BullMQ counts. */
const states = ['waiting', 'active', 'delayed', 'waiting-children', 'failed'] as const

const answerLimitMs = 1000

/** Renditions that wait for being stored. NaN while the spool does not answer. */
export function registerSpoolGauges(registry: Registry, spool: Spool): void {
  const registers = [registry]
  const bytes = new Gauge({
    name: 'iaas_spool_bytes',
    aggregator: 'max',
    help: 'What the renditions take that wait for being stored.',
    registers,
  })
  const items: Gauge = new Gauge({
    name: 'iaas_spool_items',
    aggregator: 'max',
    help: 'Renditions that wait for being stored.',
    registers,
    async collect() {
      const unknown = { items: Number.NaN, bytes: Number.NaN }
      const usage = await withDeadline(spool.usage(), answerLimitMs).catch(() => unknown)
      items.set(usage.items)
      bytes.set(usage.bytes)
    },
  })
}

/** Jobs by queue and state; nothing while the queues' server does not answer. The same on every replica. */
export function registerQueueGauges(registry: Registry, queues: Queues): void {
  const jobs: Gauge = new Gauge({
    name: 'iaas_queue_jobs',
    aggregator: 'max',
    help: 'Jobs by queue and state.',
    labelNames: ['queue', 'state'],
    registers: [registry],
    async collect() {
      jobs.reset()
      const counted = queues(answerLimitMs).then((opened) => Promise.all(opened.map(countJobs)))
      for (const { name, counts } of await withDeadline(counted, answerLimitMs).catch(() => [])) {
        for (const [state, count] of Object.entries(counts)) {
          jobs.set({ queue: name, state }, count)
        }
      }
    },
  })
}

async function countJobs(queue: Queue) {
  return { name: queue.name, counts: await queue.getJobCounts(...states) }
}
