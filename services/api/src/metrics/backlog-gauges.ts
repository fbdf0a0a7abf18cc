import type { Backlog } from '@iaas/queue/backlog'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import type { Spool } from '@iaas/common/ports/spool'
import { Gauge, type Registry } from 'prom-client'
import { registerSharedGauges } from './shared-gauges.ts'

/** States of jobs that last longer than a moment. */
const states = ['waiting', 'active', 'delayed', 'waiting-children', 'failed'] as const

const answerLimitMs = 1000

/** Registers gauges of the renditions that wait to be stored. */
export function registerSpoolGauges(registry: Registry, spool: Spool): void {
  registerSharedGauges(registry, () => spool.usage(), [
    {
      name: 'iaas_spool_bytes',
      aggregator: 'max',
      help: 'What the renditions take that wait for being stored.',
      read: ({ bytes }) => bytes,
    },
    {
      name: 'iaas_spool_items',
      aggregator: 'max',
      help: 'Renditions that wait for being stored.',
      read: ({ items }) => items,
    },
  ])
}

/** Registers gauges of jobs by queue and state; no samples while the queues' server does not answer. The same on every replica. */
export function registerQueueGauges(registry: Registry, backlog: Backlog): void {
  const jobs: Gauge = new Gauge({
    name: 'iaas_queue_jobs',
    aggregator: 'max',
    help: 'Jobs by queue and state.',
    labelNames: ['queue', 'state'],
    registers: [registry],
    async collect() {
      jobs.reset()
      const queues = await withDeadline(backlog.count(), answerLimitMs).catch(() => [])
      for (const { name, jobs: counts } of queues) {
        for (const state of states) jobs.set({ queue: name, state }, counts[state])
      }
    },
  })
}
