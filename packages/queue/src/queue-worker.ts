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
import { queuePrefix } from '@iaas/common/jobs/queues'
import { pauseBeforeAttempt } from '@iaas/common/jobs/retries'
import type { Logger } from '@iaas/common/log'
import { createRedis } from '@iaas/stores/redis/connection'
import { type ResetStalls, createPostgresReset, createRedisReset } from './reset-stalls.ts'
import { type QueueBackend, toPostgresConnection } from './queue-backend.ts'
import { createWorkerBackend } from './worker-backend.ts'

export type QueueWorkerOptions = {
  readonly backend: QueueBackend
  readonly queue: string
  /** Does one attempt of a job; the signal aborts when the worker ends before it. */
  readonly process: (job: Job, signal: AbortSignal) => Promise<unknown>
  /** Hears of a job that workers died under too often: the queue fails it by itself, without an attempt. */
  readonly onDeadly: (job: Job, error: Error) => void
  /** Jobs at once. */
  readonly concurrency: number
  /** A job whose worker died is taken over after at most twice this, ms. */
  readonly lockMs: number
  readonly log: Logger
}

/** Works off one queue, from the moment that its server answers. */
export type QueueWorker = {
  /** Takes no more jobs, and waits for the running ones, ms at the most; what is left is taken over by another. */
  close(limitMs: number): Promise<void>
}

/** A worker may die under a job this often before the job counts as the cause. */
const maxStalledCount = 5
/** The pause after a server did not answer, ms. */
const retryMs = 1000
/** How long a worker sleeps that PostgreSQL tells of each job; it looks by itself only for what it was not told of, s. */
const idleSeconds = 60
/** What jobs that were told to end may still take, ms. */
const abortMs = 1000

/** A worker that waits before it asks a server again that has refused. BullMQ does so only where the connection is lost. */
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
  return options.backend.kind === 'redis'
    ? createRedisWorker(options)
    : createPostgresWorker(options)
}

/** BullMQ hands a signal only to a processor of three parameters. */
function toWorkerSettings({ process, concurrency, lockMs }: QueueWorkerOptions) {
  return {
    processor: (job: Job, _token: string | undefined, signal: AbortSignal | undefined) =>
      process(job, signal ?? new AbortController().signal),
    // Without `autorun` nothing waits for a server that is down, so that it can be closed.
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

function createRedisWorker(options: QueueWorkerOptions): QueueWorker {
  const { backend, queue, log } = options
  const { url, namespace = queuePrefix } = backend
  const { processor, settings } = toWorkerSettings(options)
  const ending = new AbortController()
  const redis = createRedis({ url, role: 'worker', log, signal: ending.signal })
  const worker = new PatientWorker<RedisQueueBackend, ConnectionOptions>(queue, processor, {
    connection: redis,
    prefix: namespace,
    ...settings,
  })
  start(worker, options, createRedisReset(worker.getBackend())).catch((error: unknown) => {
    if (!ending.signal.aborted) log.error('worker does not run', { queue, error })
  })
  return {
    async close(limitMs) {
      ending.abort()
      // Jobs cannot tell Redis their end while it is away, and a worker would wait until they can.
      await closeWorker(worker, limitMs, redis.status !== 'ready')
      redis.disconnect()
    },
  }
}

/** A worker remembers that its first connection failed: another one is built until one has connected. */
function createPostgresWorker(options: QueueWorkerOptions): QueueWorker {
  const { backend, queue, log } = options
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

/** Resolves when the worker has ended. @throws where its server does not answer */
async function start(
  worker: StartableWorker,
  { queue, onDeadly, log }: QueueWorkerOptions,
  resetStalls: ResetStalls,
): Promise<void> {
  worker.on('error', (error) => log.debug('worker connection lost', { queue, error }))
  worker.on('failed', (job, error) => {
    // A parent whose child has failed has such a reason as well.
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
