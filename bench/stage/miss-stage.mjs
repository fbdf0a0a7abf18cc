import { join } from 'node:path'
import { Redis } from 'ioredis'
import { startBacking } from './backing.mjs'
import { startProduct } from './product.mjs'

// A copy of what is costly to decode would be made in the background, while the limit is measured.
const withoutCopies = { working_copies: { min_megapixels: 1000 } }

/**
 * An api that renders in children of its own, spools into Redis and queues what it has rendered; without an uploader,
 * whose work is not that of a miss.
 */
export async function startMissStage(closers, settings = {}) {
  const { folder, database, redis } = await startBacking(closers)
  const originals = join(folder, 'originals')
  // What is not spooled is a warning each time.
  const env = { DATABASE_URL: database.url, DATA_DIR: folder, LOG_LEVEL: 'error' }
  if (redis !== undefined) env.REDIS_URL = redis.url
  const api = closers.keep(
    await startProduct('api', { env, settings: { ...withoutCopies, ...settings } }),
  )
  const backingPids = [database.pid, redis?.pid].filter((pid) => pid !== undefined)
  return {
    api,
    folder,
    originals,
    env,
    /** Of the database and Redis. */
    backingPids,
    pids: [api.pid, ...backingPids],
    /** Empties the spool and the queue, which nothing else does here. */
    async forget() {
      if (redis === undefined) return
      const client = new Redis(redis.url)
      await client.flushall()
      client.disconnect()
    },
  }
}
