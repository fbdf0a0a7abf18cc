import type { CollectionCounts } from '@iaas/common/ports/collections'
import { queueNames } from '@iaas/common/jobs/queues'
import { createFastCounter, createFastHistogram } from '@iaas/common/metrics/fast-metrics'
import { Counter, type Registry } from 'prom-client'

const jobResults = ['done', 'retried', 'failed'] as const

export type UploaderMetrics = {
  /** Counts the result of a job and the duration of its attempt. A job may fail without an attempt. */
  job(queue: string, result: (typeof jobResults)[number], ms?: number): void
  /** Counts a link that was removed because its object is gone. */
  unlinked(): void
  /** Counts a rendition that was not linked, since its original was raised to a higher epoch meanwhile. */
  fenced(): void
  /** Counts what a collection of garbage has found. */
  collected(counts: CollectionCounts): void
  /** Observes the milliseconds from a render to its recorded link. */
  linked(lagMs: number): void
}

export function createUploaderMetrics(registry: Registry): UploaderMetrics {
  const jobs = createFastCounter({
    name: 'iaas_jobs_total',
    help: 'Jobs by queue and what came of them.',
    labels: ['queue', 'result'],
    registry,
  })
  // Initialised with 0: a series that starts at 1 shows no increase, and no alert would fire.
  for (const queue of Object.values(queueNames)) {
    for (const result of jobResults) jobs.of(queue, result)
  }
  const durations = createFastHistogram({
    name: 'iaas_job_duration_seconds',
    help: 'One attempt of a job.',
    labels: ['queue'],
    bounds: [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registry,
  })
  const lag = createFastHistogram({
    name: 'iaas_persistence_lag_seconds',
    help: 'From a render to its recorded link.',
    bounds: [0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3600],
    registry,
  }).of()
  const unlinked = new Counter({
    name: 'iaas_links_removed_total',
    help: 'Links that were removed, since their objects are gone.',
    registers: [registry],
  })
  const fenced = new Counter({
    name: 'iaas_renditions_fenced_total',
    help: 'Renditions that were not linked, since their original was deleted, replaced or purged meanwhile.',
    registers: [registry],
  })
  const collected = new Counter({
    name: 'iaas_collected_objects_total',
    help: 'Objects that collections of garbage have seen, by what they are.',
    labelNames: ['kind'],
    registers: [registry],
  })
  return {
    collected({ objects: _objects, ...kinds }) {
      for (const [kind, count] of Object.entries(kinds)) collected.inc({ kind }, count)
    },
    fenced: () => fenced.inc(),
    unlinked: () => unlinked.inc(),
    linked: (lagMs) => lag.observe(Math.max(0, lagMs) / 1000),
    job(queue, result, ms) {
      jobs.of(queue, result).add()
      if (ms !== undefined) durations.of(queue).observe(ms / 1000)
    },
  }
}
