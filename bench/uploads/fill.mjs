import { createPersistence } from '@iaas/queue/persistence'
import { variantDigest } from '@iaas/common/digest'
import { createSilentLogger } from '@iaas/common/log'
import { createRedisSpool } from '@iaas/stores/redis/spool'
import { Redis } from 'ioredis'
import { toLinkVariant } from '../work/links.mjs'

const renderedAt = 1_700_000_000_000
const atOnce = 64

/** Spools and queues renditions, as an api does that has rendered them. */
export async function fillQueue(url, { first, count, bytes }) {
  const redis = new Redis(url)
  const bounds = { maxBytes: 2 ** 30, maxItems: 1_000_000, maxAgeMs: 3_600_000 }
  const spool = createRedisSpool({ redis, prefix: 'iaas', ...bounds })
  const backend = { kind: 'redis', url }
  const persistence = createPersistence({ backend, log: createSilentLogger(), timeoutMs: 30_000 })
  const rendition = { bytes: Buffer.alloc(bytes, 7), renderedAt }
  let next = first
  const work = async () => {
    while (next < first + count) {
      const variant = toLinkVariant(next)
      next += 1
      await spool.put(variantDigest(variant), rendition)
      await persistence.schedule({ variant, renderedAt })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  await persistence[Symbol.asyncDispose]()
  await redis.quit()
}
