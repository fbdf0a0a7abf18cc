import { z } from 'zod'
import { places } from '@iaas/common/config/places'
import { address, text, toggle } from '@iaas/common/config/setting'
import type { RedisServers } from './servers.ts'

/** Kinds of servers, of which at most one is configured. */
const kinds = ['url', 'sentinels', 'cluster'] as const

/** Settings of the servers of one Redis. The variables begin with `env`. */
function serverSettings(env: string, url: string) {
  return {
    url: address(['redis', 'rediss'], { description: url, env: `${env}_URL`, secret: true }),
    sentinels: places(26_379, {
      description:
        'Sentinels that name the primary, `host:port`, instead of a URL. After a fail-over all services follow it without a restart.',
      env: `${env}_SENTINELS`,
    }),
    sentinel_master: text({
      description: 'Name by which the sentinels know the primary. Default: `mymaster`.',
      env: `${env}_SENTINEL_MASTER`,
    }),
    sentinel_username: text({
      description: 'The user at the sentinels, if they have users.',
      env: `${env}_SENTINEL_USERNAME`,
    }),
    sentinel_password: text({
      description: 'The password of the sentinels, if they have one.',
      env: `${env}_SENTINEL_PASSWORD`,
      secret: true,
    }),
    cluster: places(6379, {
      description:
        'Nodes of a Redis Cluster, `host:port`, instead of a URL. One that answers is enough; it tells the others.',
      env: `${env}_CLUSTER`,
    }),
    username: text({
      description: 'The user at the servers behind sentinels or of a cluster. A URL has its own.',
      env: `${env}_USERNAME`,
    }),
    password: text({
      description: 'The password of these servers.',
      env: `${env}_PASSWORD`,
      secret: true,
    }),
    tls: toggle(
      false,
      'Encrypts the connections to these servers and their sentinels, and checks their certificates.',
      `${env}_TLS`,
    ),
  }
}

export const redisSettings = z
  .object({
    ...serverSettings(
      'REDIS',
      'URL of Redis for the queues, the spool and the shared link cache. Without it: PostgreSQL, a folder, and a cache per process.',
    ),
    queues: z
      .object(
        serverSettings(
          'REDIS_QUEUES',
          'URL of a Redis for the queues alone. Without it and its sentinels or cluster, they are where the spool is.',
        ),
      )
      .prefault({})
      .superRefine(refuseSeveral),
  })
  .prefault({})
  .superRefine(refuseSeveral)
  .transform(({ queues, ...shared }) => ({
    /** Servers of the spool and the caches; undefined if no Redis is configured for them. */
    servers: toServers(shared),
    /** Servers of the queues; undefined if PostgreSQL keeps them. */
    queueServers: toServers(queues) ?? toServers(shared),
    /** True if the queues have servers of their own. */
    separatesQueues: toServers(queues) !== undefined,
  }))

export type RedisConfig = z.output<typeof redisSettings>

type Settings = z.output<z.ZodObject<ReturnType<typeof serverSettings>>>

function isGiven(settings: Settings, kind: (typeof kinds)[number]): boolean {
  return kind === 'url' ? settings.url !== undefined : settings[kind].length > 0
}

function refuseSeveral(settings: Settings, context: z.RefinementCtx): void {
  const [, second] = kinds.filter((kind) => isGiven(settings, kind))
  if (second === undefined) return
  const message = 'only one of url, sentinels and cluster names the servers'
  context.addIssue({ code: 'custom', path: [second], message })
}

function toServers(settings: Settings): RedisServers | undefined {
  const { url, sentinels, cluster, username, password, tls } = settings
  if (url !== undefined) return { url }
  const login = { username, password, tls }
  if (cluster.length > 0) return { cluster, ...login }
  if (sentinels.length === 0) return undefined
  return {
    sentinels,
    master: settings.sentinel_master ?? 'mymaster',
    sentinelUsername: settings.sentinel_username,
    sentinelPassword: settings.sentinel_password,
    ...login,
  }
}
