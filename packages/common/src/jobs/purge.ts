import { z } from 'zod'
import type { PurgeId, PurgeOrder } from '../ports/purges.ts'
import { defineJob } from './define-job.ts'
import { queueNames } from './queues.ts'

const payloadSchema = z.object({
  v: z.literal(1, 'only jobs of version 1 are known here'),
  purge: z.string().regex(/^[\w-]{1,64}$/),
  run: z.int().positive(),
})

/** Works on a purge for a while. All that it needs to know is in the table `purges`. */
export const purgeJob = defineJob<PurgeOrder>({
  name: 'purge',
  queue: queueNames.purges,
  format: ({ purge, run }) => ({ v: 1, purge, run }),
  parse(data) {
    const { purge, run } = payloadSchema.parse(data)
    return { purge: purge as PurgeId, run }
  },
  idOf: ({ purge, run }) => `${purge}-${run}`,
})
