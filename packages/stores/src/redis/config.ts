import { z } from 'zod'
import { address } from '@iaas/common/config/setting'

export const redisSettings = z
  .object({
    url: address(['redis', 'rediss'], {
      description:
        'Redis for the queues, the spool and the shared memory of links. Without it: PostgreSQL, a folder, and each process for itself.',
      env: 'REDIS_URL',
      secret: true,
    }),
  })
  .prefault({})
