import { type FlowJob, FlowProducer, createPostgresBackend } from 'bullmq'
import { queuePrefix } from '../jobs.ts'
import type { Logger } from '../log.ts'
import { createRedis } from '../redis/connection.ts'
import { type QueueBackend, toPostgresConnection } from './queue-backend.ts'

/** Where flows are added. Rejects while its server is down; nobody has to start again once it is back. */
export type FlowSink = { add(flow: FlowJob): Promise<unknown>; close(): Promise<void> }

export function createFlowSink(backend: QueueBackend, log: Logger): FlowSink {
  return backend.kind === 'redis'
    ? createRedisFlowSink(backend, log)
    : createPostgresFlowSink(backend, log)
}

/** A producer that is built while its Redis is down or hung pends for ever: it is built once Redis has answered. */
function createRedisFlowSink(
  { url, namespace = queuePrefix }: QueueBackend,
  log: Logger,
): FlowSink {
  const redis = createRedis({ url, role: 'producer', log })
  const firstTry = new Promise<void>((resolve) => {
    redis.once('ready', () => resolve())
    redis.once('close', () => resolve())
  })
  let producer: FlowProducer | undefined

  return {
    async add(flow) {
      await firstTry
      if (redis.status !== 'ready') throw new Error(`Redis is ${redis.status}.`)
      producer ??= new FlowProducer({
        connection: redis,
        prefix: namespace,
        skipVersionCheck: true,
      })
      return producer.add(flow)
    },
    async close() {
      await producer?.close()
      redis.disconnect()
    },
  }
}

/** A producer remembers that its first connection failed: only one that has connected is kept. */
function createPostgresFlowSink(backend: QueueBackend, log: Logger): FlowSink {
  const build = () =>
    new FlowProducer({ connection: toPostgresConnection(backend) }, createPostgresBackend)
  let opened: Promise<ReturnType<typeof build>> | undefined

  async function open(): Promise<ReturnType<typeof build>> {
    const producer = build()
    producer.on('error', (error) => log.debug('queue connection lost', { error }))
    try {
      await producer.waitUntilReady()
      return producer
    } catch (error) {
      opened = undefined
      producer.close().catch(() => {})
      throw error
    }
  }

  return {
    async add(flow) {
      opened ??= open()
      return (await opened).add(flow)
    },
    async close() {
      const producer = await opened?.catch(() => undefined)
      await producer?.close()
    },
  }
}
