import {
  FlowProducer,
  type Processor,
  Worker,
  type WorkerOptions,
  createPostgresBackend,
} from 'bullmq'
import { queuePrefix } from '../jobs.ts'
import { redisOptions } from '../redis/connection.ts'

/**
 * Where the queues live: BullMQ runs on both. `namespace` keeps queues apart that share a server: the prefix of their
 * keys in Redis, their schema in PostgreSQL.
 */
export type QueueBackend = {
  readonly kind: 'redis' | 'postgres'
  readonly url: string
  readonly namespace?: string
}

/** Queues are enough of a load for a few connections only. */
const postgresPoolSize = 4

function postgresConnection({ url, namespace = 'bullmq' }: QueueBackend) {
  return {
    connectionString: url,
    schema: namespace,
    migrate: true,
    max: postgresPoolSize,
    connectionTimeoutMillis: 2000,
    keepAlive: true,
  }
}

export type FlowSink = Pick<FlowProducer, 'add' | 'close'>

/** The caller closes it. `onError` hears of lost connections, which it mends by itself. */
export function createFlowSink(backend: QueueBackend, onError: (error: Error) => void): FlowSink {
  if (backend.kind === 'postgres') {
    const producer = new FlowProducer(
      { connection: postgresConnection(backend) },
      createPostgresBackend,
    )
    producer.on('error', onError)
    return producer
  }
  const { url, namespace = queuePrefix } = backend
  const connection = { url, ...redisOptions('producer') }
  const producer = new FlowProducer({ connection, prefix: namespace, skipWaitingForReady: true })
  producer.on('error', onError)
  return producer
}

export type QueueWorker = Pick<Worker, 'close' | 'on' | 'isRunning'>

type Tuning = Pick<
  WorkerOptions,
  'concurrency' | 'lockDuration' | 'stalledInterval' | 'maxStalledCount'
>

/** The caller closes it; it waits for its database or Redis for as long as that takes. */
export function createQueueWorker(
  backend: QueueBackend,
  queue: string,
  processor: Processor,
  tuning: Tuning,
): QueueWorker {
  if (backend.kind === 'postgres') {
    const options = { connection: postgresConnection(backend), ...tuning }
    return new Worker(
      queue,
      processor as never,
      options,
      createPostgresBackend,
    ) as unknown as QueueWorker
  }
  const { url, namespace = queuePrefix } = backend
  const connection = { url, ...redisOptions('worker') }
  return new Worker(queue, processor, { connection, prefix: namespace, ...tuning })
}
