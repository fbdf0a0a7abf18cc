import { z } from 'zod'
import { address } from '@iaas/common/config/setting'

export const redisSettings = z
  .object({
    url: address(['redis', 'rediss'], {
      description:
        'URL of Redis for the queues, the spool and the shared link cache. Without it: PostgreSQL, a folder, and a cache per process.',
      env: 'REDIS_URL',
      secret: true,
    }),
  })
  .prefault({})
