import { type FlowJob, FlowProducer, createPostgresBackend } from 'bullmq'
import type { Logger } from '@iaas/common/log'
import { createLazyClient } from './lazy-client.ts'
import type { QueueBackend } from './queue-backend.ts'

/** Adds flows. Rejects while its server is down; works again without a restart once it is back. */
export type FlowSink = { add(flow: FlowJob): Promise<unknown>; close(): Promise<void> }

export function createFlowSink(backend: QueueBackend, log: Logger): FlowSink {
  const producer = createLazyClient<FlowSink>(backend, log, {
    redis: (options) => new FlowProducer({ ...options, skipVersionCheck: true }),
    postgres: (options) => new FlowProducer(options, createPostgresBackend),
  })

  async function add(flow: FlowJob): Promise<unknown> {
    const sink = await producer.get()
    try {
      return await sink.add(flow)
    } catch (error) {
      if (needsNewConnection(error)) producer.reconnect()
      throw error
    }
  }

  return {
    add,
    close: () => producer.close(),
  }
}

/**
 * Returns true for errors that a reconnect fixes. Redis may have rejected a script when it was first sent, because its
 * memory was full, or may have flushed it. Flows are added in a transaction, where the client does not notice: it would
 * refer to the script for ever and never send it again. It also does not notice there that the server has become a
 * replica.
 */
function needsNewConnection(error: unknown): boolean {
  return error instanceof Error && /^(?:NOSCRIPT|READONLY)/.test(error.message)
}
