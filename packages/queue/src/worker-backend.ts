import {
  type BackendFactory,
  PostgresConnection,
  type PostgresConnectionOptions,
  PostgresQueueBackend,
} from 'bullmq'

/**
 * Creates BullMQ's PostgreSQL backend of a worker. It listens on a separate connection named after the queue, opened
 * once the schema exists.
 */
export const createWorkerBackend: BackendFactory<
  PostgresQueueBackend,
  PostgresConnectionOptions
> = (name, options) =>
  new PostgresQueueBackend(new EndingConnection(options.connection), name, options, true, name)

/**
 * Closes a connection that BullMQ opens after `close` has begun. Nothing else would close it, and the process would not
 * end.
 */
class EndingConnection extends PostgresConnection {
  override async getListenClient(): ReturnType<PostgresConnection['getListenClient']> {
    if (this.isClosing !== undefined) throw new Error('The worker ends.')
    return super.getListenClient()
  }
}
