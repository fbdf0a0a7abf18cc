import { z } from 'zod'
import type { Routes } from './define-route.ts'
import { limit } from './page-query.ts'

const health = z
  .object({
    state: z.enum(['starting', 'ready', 'draining']),
    dependencies: z
      .record(z.string(), z.enum(['up', 'down', 'full']))
      .meta({ description: 'As this process sees them. Images are served without them.' }),
  })
  .meta({ id: 'Health' })

const count = z.int().min(0)

const queue = z
  .object({
    name: z.string(),
    jobs: z.object({
      waiting: count,
      prioritized: count,
      delayed: count,
      'waiting-children': count.meta({ description: 'Jobs that wait for jobs of other queues.' }),
      active: count,
      completed: count,
      failed: count,
    }),
  })
  .meta({ id: 'Queue' })

const failedJob = z
  .object({
    id: z.string(),
    name: z.string(),
    reason: z.string().meta({ description: 'Message of the last failure.' }),
    attempts: count,
    created_at: z.iso.datetime(),
    failed_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'FailedJob' })

const changed = z.object({ jobs: count.meta({ description: 'Number of jobs.' }) })

const outages = ['STORE_UNAVAILABLE'] as const
const queueErrors = ['QUEUE_NOT_FOUND', ...outages] as const

export const operationRoutes = {
  getHealth: {
    method: 'GET',
    path: '/health',
    scope: 'stats',
    summary: 'Returns the state of the service and of each dependency.',
    query: z.strictObject({}),
    status: 200,
    answer: health,
    errors: [],
  },
  listQueues: {
    method: 'GET',
    path: '/queues',
    scope: 'stats',
    summary: 'Counts the jobs of each queue.',
    query: z.strictObject({}),
    status: 200,
    answer: z.object({ items: z.array(queue) }).meta({ id: 'QueueList' }),
    errors: outages,
  },
  listFailedJobs: {
    method: 'GET',
    path: '/queues/{queue}/failed',
    scope: 'stats',
    summary: 'Lists the failed jobs of a queue, the latest first.',
    query: z.strictObject({ limit }),
    status: 200,
    answer: z.object({ items: z.array(failedJob) }).meta({ id: 'FailedJobList' }),
    errors: queueErrors,
  },
  retryFailedJobs: {
    method: 'POST',
    path: '/queues/{queue}/failed/retry',
    scope: 'originals:write',
    summary: 'Puts the failed jobs of a queue back into it.',
    query: z.strictObject({}),
    status: 200,
    answer: changed.meta({ id: 'RetriedJobs' }),
    errors: queueErrors,
  },
  discardFailedJobs: {
    method: 'DELETE',
    path: '/queues/{queue}/failed',
    scope: 'originals:write',
    summary: 'Removes the failed jobs of a queue.',
    query: z.strictObject({}),
    status: 200,
    answer: changed.meta({ id: 'DiscardedJobs' }),
    errors: queueErrors,
  },
} as const satisfies Routes
