import type { Backlog } from '@iaas/queue/backlog'
import { createSingleFlight } from '@iaas/common/concurrency/single-flight'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import type { Spool, SpoolUsage } from '@iaas/common/ports/spool'
import { Gauge, type Registry } from 'prom-client'

/** States of jobs that last longer than a moment. */
const states = ['waiting', 'active', 'delayed', 'waiting-children', 'failed'] as const

const answerLimitMs = 1000

/** Registers gauges of the renditions that wait to be stored. NaN while the spool does not answer. */
export function registerSpoolGauges(registry: Registry, spool: Spool): void {
  const registers = [registry]
  const scrapes = createSingleFlight<SpoolUsage>()
  const unknown: SpoolUsage = { items: Number.NaN, bytes: Number.NaN }

  /** One answer serves both gauges, which collect at the same time. */
  function usage(): Promise<SpoolUsage> {
    return scrapes.join('usage', () =>
      withDeadline(spool.usage(), answerLimitMs).catch(() => unknown),
    )
  }

  const bytes: Gauge = new Gauge({
    name: 'iaas_spool_bytes',
    aggregator: 'max',
    help: 'What the renditions take that wait for being stored.',
    registers,
    async collect() {
      bytes.set((await usage()).bytes)
    },
  })
  const items: Gauge = new Gauge({
    name: 'iaas_spool_items',
    aggregator: 'max',
    help: 'Renditions that wait for being stored.',
    registers,
    async collect() {
      items.set((await usage()).items)
    },
  })
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
