import {
  type BackendFactory,
  PostgresConnection,
  type PostgresConnectionOptions,
  PostgresQueueBackend,
} from 'bullmq'

/**
 * BullMQ's backend of a worker in PostgreSQL. It listens on a connection of its own, which bears the name of the queue and
 * is opened once the schema is there.
 */
export const createWorkerBackend: BackendFactory<
  PostgresQueueBackend,
  PostgresConnectionOptions
> = (name, options) =>
  new PostgresQueueBackend(new EndingConnection(options.connection), name, options, true, name)

/** BullMQ opens that connection also after its `close` has begun: nothing would close it, and the process would not end. */
class EndingConnection extends PostgresConnection {
  override async getListenClient(): ReturnType<PostgresConnection['getListenClient']> {
    if (this.isClosing !== undefined) throw new Error('The worker ends.')
    return super.getListenClient()
  }
}
