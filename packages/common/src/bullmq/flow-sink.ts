import { type FlowJob, FlowProducer, createPostgresBackend } from 'bullmq'
import type { Logger } from '../log.ts'
import { createLazyClient } from './lazy-client.ts'
import type { QueueBackend } from './queue-backend.ts'

/** Where flows are added. Rejects while its server is down; nobody has to start again once it is back. */
export type FlowSink = { add(flow: FlowJob): Promise<unknown>; close(): Promise<void> }

export function createFlowSink(backend: QueueBackend, log: Logger): FlowSink {
  const producer = createLazyClient<FlowSink>(backend, log, {
    redis: (options) => new FlowProducer({ ...options, skipVersionCheck: true }),
    postgres: (options) => new FlowProducer(options, createPostgresBackend),
  })
  return {
    add: async (flow) => (await producer.get()).add(flow),
    close: () => producer.close(),
  }
}
