import type { PostgresQueueBackend, RedisQueueBackend } from 'bullmq'

/**
 * Resets the stall counter of a job that stalled too often. BullMQ keeps the counter, so a job retried by hand would
 * fail at the first worker that is merely late.
 */
export type ResetStalls = (jobId: string) => Promise<unknown>

export function createRedisReset(backend: RedisQueueBackend): ResetStalls {
  return async (jobId) => (await backend.client).hdel(backend.toKey(jobId), 'stc')
}

export function createPostgresReset(backend: PostgresQueueBackend, queue: string): ResetStalls {
  const sql = 'UPDATE job SET stalled_count = 0 WHERE queue = $1 AND id = $2'
  return (jobId) => backend.connection.pool.query(sql, [queue, jobId])
}
