import { type FlowJob, FlowProducer, createPostgresBackend } from 'bullmq'
import type { Logger } from '@iaas/common/log'
import { createLazyClient } from './lazy-client.ts'
import type { QueueBackend } from './queue-backend.ts'

/** Where flows are added. Rejects while its server is down; nobody has to start again once it is back. */
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
 * Redis has refused a script when it was first sent, as its memory was full, or has forgotten it. Flows are added in a
 * transaction, whose failures the connection does not see: it would name the script for ever, and never send it again. Nor
 * does it see there that the server has become a replica.
 */
function needsNewConnection(error: unknown): boolean {
  return error instanceof Error && /^(?:NOSCRIPT|READONLY)/.test(error.message)
}
