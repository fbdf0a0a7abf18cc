import { z } from 'zod'

/** Most tags and paths of one purge. */
const most = 1000

/** Body of `POST /purges`. */
export const purgeRequest = z.union([
  z.strictObject({ everything: z.literal(true) }).transform(() => 'everything' as const),
  z.strictObject({
    tags: z.array(z.string().regex(/^[\da-f]{32}$/)).max(most),
    paths: z.array(z.string().startsWith('/').max(2000)).max(most),
  }),
])

export type PurgeTargets = z.output<typeof purgeRequest>
