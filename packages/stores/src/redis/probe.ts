import type { RedisClient } from './connection.ts'
import { translateErrors } from './translate-errors.ts'

/** TTL of the key that a probe writes, ms. */
const probeMs = 1000

/**
 * Resolves if the node of this key prefix accepts writes. A full Redis still answers reads, so the probe writes.
 *
 * @throws AppError STORE_UNAVAILABLE
 */
export async function probeRedis(redis: RedisClient, prefix: string): Promise<void> {
  await translateErrors(redis.set(`${prefix}:probe`, '', 'PX', probeMs))
}
