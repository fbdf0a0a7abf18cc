import { setTimeout as delay } from 'node:timers/promises'
import {
  type ConnectionOptions,
  type IQueueBackend,
  type Job,
  type JobProgress,
  type RedisQueueBackend,
  Worker,
} from 'bullmq'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { pauseBeforeAttempt } from '@iaas/common/jobs/retries'
import type { Logger } from '@iaas/common/log'
import { createRedis } from '@iaas/stores/redis/connection'
import { type ResetStalls, createPostgresReset, createRedisReset } from './reset-stalls.ts'
import {
  type PostgresQueues,
  type QueueBackend,
  type RedisQueues,
  toPostgresConnection,
  toQueuePrefix,
} from './queue-backend.ts'
import { createWorkerBackend } from './worker-backend.ts'

export type QueueWorkerOptions = {
  readonly backend: QueueBackend
  readonly queue: string
  /** Runs one attempt of a job. The signal aborts if the worker ends before it. */
  readonly process: (job: Job, signal: AbortSignal) => Promise<unknown>
  /** Called for a job that stalled too often. The queue fails such a job without an attempt. */
  readonly onDeadly: (job: Job, error: Error) => void
  /** Maximum concurrent jobs. */
  readonly concurrency: number
  /** Lock of a job, ms. A job whose worker died is taken over after at most twice this time. */
  readonly lockMs: number
  readonly log: Logger
}

/** Works off one queue as soon as its server answers. */
export type QueueWorker = {
  /**
   * Stops taking jobs and waits at most `limitMs` for running ones. Unfinished jobs are taken over by another worker.
   */
  close(limitMs: number): Promise<void>
}

/** Number of stalls after which a job counts as their cause. */
const maxStalledCount = 5
/** Pause after a failed attempt to reach the server, ms. */
const retryMs = 1000
/**
 * Poll interval of an idle worker in PostgreSQL, s. PostgreSQL notifies it of each job; polling covers missed
 * notifications.
 */
const idleSeconds = 60
/** Time that aborted jobs have to end, ms. */
const abortMs = 1000

/** A worker that pauses before it retries a server that refused. BullMQ does so only if the connection is lost. */
class PatientWorker<Backend extends IQueueBackend, Connection> extends Worker<
  unknown,
  unknown,
  string,
  Backend,
  JobProgress,
  Connection
> {
  protected override async moveToActive(token: string, name?: string) {
    try {
      return await super.moveToActive(token, name)
    } catch (error) {
      await delay(retryMs)
      throw error
    }
  }
}

export function createQueueWorker(options: QueueWorkerOptions): QueueWorker {
  const { backend } = options
  if (backend.kind === 'redis') return createRedisWorker(options, backend)
  return createPostgresWorker(options, backend)
}

/** Returns the options of a BullMQ worker. BullMQ passes a signal only to a processor with three parameters. */
function toWorkerSettings({ process, concurrency, lockMs }: QueueWorkerOptions) {
  return {
    processor: (job: Job, _token: string | undefined, signal: AbortSignal | undefined) =>
      process(job, signal ?? new AbortController().signal),
    // Without `autorun` nothing waits for a server that is down, so the worker can be closed.
    settings: {
      autorun: false,
      concurrency,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount,
      runRetryDelay: retryMs,
      settings: { backoffStrategy: pauseBeforeAttempt },
    },
  }
}

function createRedisWorker(options: QueueWorkerOptions, backend: RedisQueues): QueueWorker {
  const { queue, log } = options
  const { processor, settings } = toWorkerSettings(options)
  const ending = new AbortController()
  const redis = createRedis({ ...backend, role: 'worker', log, signal: ending.signal })
  const worker = new PatientWorker<RedisQueueBackend, ConnectionOptions>(queue, processor, {
    connection: redis,
    prefix: toQueuePrefix(backend),
    ...settings,
  })
  start(worker, options, createRedisReset(worker.getBackend())).catch((error: unknown) => {
    if (!ending.signal.aborted) log.error('worker does not run', { queue, error })
  })
  return {
    async close(limitMs) {
      ending.abort()
      // While Redis is down, jobs cannot report their end, and a worker would wait until they can.
      await closeWorker(worker, limitMs, redis.status !== 'ready')
      redis.disconnect()
    },
  }
}

/** Creates workers until one connects, because a worker remembers that its first connection failed. */
function createPostgresWorker(options: QueueWorkerOptions, backend: PostgresQueues): QueueWorker {
  const { queue, log } = options
  const { processor, settings } = toWorkerSettings(options)
  const ending = new AbortController()
  const build = () =>
    new PatientWorker(
      queue,
      processor,
      { connection: toPostgresConnection(backend), ...settings, drainDelay: idleSeconds },
      createWorkerBackend,
    )
  let worker = build()

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        await start(worker, options, createPostgresReset(worker.getBackend(), queue))
        return
      } catch (error) {
        log.debug('worker not connected', { queue, error })
        worker.close(true).catch(() => {})
        await delay(retryMs, undefined, { signal: ending.signal }).catch(() => {})
        if (!ending.signal.aborted) worker = build()
      }
    }
  }

  const running = run()
  return {
    async close(limitMs) {
      ending.abort()
      await closeWorker(worker, limitMs, false)
      await withDeadline(running, abortMs).catch(() => {})
    },
  }
}

type ClosableWorker = Pick<Worker, 'close' | 'cancelAllJobs'>
type StartableWorker = Pick<Worker, 'waitUntilReady' | 'run'> & {
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'failed', listener: (job: Job | undefined, error: Error) => void): unknown
}

/** Resolves when the worker has ended. @throws if its server does not answer */
async function start(
  worker: StartableWorker,
  { queue, onDeadly, log }: QueueWorkerOptions,
  resetStalls: ResetStalls,
): Promise<void> {
  worker.on('error', (error) => log.debug('worker connection lost', { queue, error }))
  worker.on('failed', (job, error) => {
    // A parent whose child failed has a deferred failure as well.
    const isDeadly = job?.deferredFailure !== undefined && job.stalledCounter > maxStalledCount
    if (!isDeadly) return
    onDeadly(job, error)
    resetStalls(job.id ?? '').catch((cause: unknown) =>
      log.debug('stalls not reset', { queue, error: cause }),
    )
  })
  await worker.waitUntilReady()
  await worker.run()
}

async function closeWorker(
  worker: ClosableWorker,
  limitMs: number,
  isForced: boolean,
): Promise<void> {
  const closed = worker.close(isForced)
  try {
    await withDeadline(closed, limitMs)
  } catch {
    worker.cancelAllJobs('The worker ends.')
    await withDeadline(closed, abortMs).catch(() => {})
  }
}
