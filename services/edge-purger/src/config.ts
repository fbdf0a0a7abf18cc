import { integer, text } from '@iaas/common/config/setting'
import { logSettings } from '@iaas/common/log'
import { z } from 'zod'

/** Configuration of the purger beside nginx, which has no files: its variables are in docs/operations.md. */
export const edgePurgerConfigSchema = z.object({
  edge_purger: z
    .object({
      port: integer(
        { min: 0, max: 65_535, fallback: 8085 },
        'The port of the purger, for uploaders only.',
        'EDGE_PURGER_PORT',
      ),
      address: text({
        description: 'Its address. Default: `127.0.0.1`.',
        env: 'EDGE_PURGER_ADDRESS',
      }).transform((host) => host ?? '127.0.0.1'),
      cache_dir: text({
        description: 'The folder of the caches of nginx. Default: `/var/cache/nginx`.',
        env: 'EDGE_CACHE_DIR',
      }).transform((folder) => folder ?? '/var/cache/nginx'),
      settle: integer(
        { min: 0, max: 60_000, fallback: 3000 },
        'Milliseconds between the two walks through the cache for a purge: nginx has to have written what it had begun to receive.',
        'EDGE_PURGE_SETTLE',
      ),
    })
    .prefault({}),
  edge_secret: z.string('must be set').min(16, 'must have at least 16 characters').meta({
    description: 'Secret that uploaders send, at least 16 characters.',
    env: 'EDGE_PURGE_SECRET',
    secret: true,
  }),
  log: logSettings,
})
