import type { Place } from '@iaas/common/config/places'

/** The servers of one Redis: a single one, those that sentinels watch, or a cluster. */
export type RedisServers = SingleRedis | WatchedRedis | ClusteredRedis

export type SingleRedis = { readonly url: string }

export type WatchedRedis = RedisLogin & {
  readonly sentinels: readonly Place[]
  /** Name by which the sentinels know the servers. */
  readonly master: string
  readonly sentinelUsername?: string | undefined
  readonly sentinelPassword?: string | undefined
}

export type ClusteredRedis = RedisLogin & {
  /** Servers that tell all others. One that answers is enough. */
  readonly cluster: readonly Place[]
}

/** Login and encryption of servers that have no URL. */
export type RedisLogin = {
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly tls: boolean
}
