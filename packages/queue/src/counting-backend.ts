import {
  type BackendFactory,
  type JobType,
  PostgresConnection,
  type PostgresConnectionOptions,
  PostgresQueueBackend,
} from 'bullmq'

/**
 * Counts the jobs of a queue by state. BullMQ's own count reads every row of the queue, including the payloads; each
 * part of this one uses the partial index of its state.
 */
export const countByState = `
  SELECT
    (SELECT count(*) FROM job WHERE queue = $1 AND state = 'waiting' AND priority = 0) AS waiting,
    (SELECT count(*) FROM job WHERE queue = $1 AND state = 'waiting' AND priority > 0) AS prioritized,
    (SELECT count(*) FROM job WHERE queue = $1 AND state = 'waiting-children') AS "waiting-children",
    (SELECT count(*) FROM job WHERE queue = $1 AND state = 'delayed') AS delayed,
    (SELECT count(*) FROM job WHERE queue = $1 AND state = 'active') AS active,
    (SELECT count(*) FROM job WHERE queue = $1 AND state = 'completed') AS completed,
    (SELECT count(*) FROM job WHERE queue = $1 AND state = 'failed') AS failed`

/**
 * Creates BullMQ's PostgreSQL backend with a count that does not read the jobs. Jobs of a paused queue count as
 * waiting, as in Redis.
 */
export const createCountingBackend: BackendFactory<
  PostgresQueueBackend,
  PostgresConnectionOptions
> = (name, options) =>
  new CountingBackend(new PostgresConnection(options.connection), name, options)

class CountingBackend extends PostgresQueueBackend {
  override async getCounts(types: JobType[], delayedTimestamp?: number): Promise<number[]> {
    if (delayedTimestamp !== undefined) return super.getCounts(types, delayedTimestamp)
    await this.connection.waitUntilReady()
    const { rows } = await this.connection.pool.query(countByState, [this.queueName])
    const counts = rows[0] ?? {}
    return types.map((type) => Number(counts[type === 'wait' ? 'waiting' : type] ?? 0))
  }
}
