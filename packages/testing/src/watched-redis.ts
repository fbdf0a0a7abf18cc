import {
  type FleetServer,
  type RedisProgram,
  startFleet,
  untilReplicated,
  volatile,
} from './redis-fleet.ts'
import { findFreePort } from './free-port.ts'
import { until } from './until.ts'

/** A primary, its replica and a sentinel that watches them under the name `mymaster`. */
export type WatchedServers = AsyncDisposable & {
  /** The sentinels, as the configuration lists them. The first one is down. */
  readonly sentinels: readonly string[]
  readonly primary: FleetServer
  readonly replica: FleetServer
  /** Kills the primary once its replica has all that it has. */
  killPrimary(): Promise<void>
  /** Resolves once the replica is the primary of the sentinel. */
  untilFailedOver(): Promise<void>
}

const name = 'mymaster'

export async function startWatchedRedis(program: RedisProgram): Promise<WatchedServers> {
  const fleet = await startFleet(program)
  const primary = await fleet.start(volatile)
  const replica = await fleet.start({ ...volatile, replicaof: `127.0.0.1 ${primary.port}` })
  const sentinel = await fleet.start(
    {
      [`sentinel monitor ${name}`]: `127.0.0.1 ${primary.port} 1`,
      [`sentinel down-after-milliseconds ${name}`]: '1000',
      [`sentinel failover-timeout ${name}`]: '5000',
    },
    'sentinel',
  )
  const ask = (what: string) => sentinel.redis.call('SENTINEL', what, name)
  await untilReplicated(primary.redis)
  await until(async () => JSON.stringify(await ask('replicas')).includes(`${replica.port}`))
  return {
    sentinels: [`127.0.0.1:${await findFreePort()}`, `127.0.0.1:${sentinel.port}`],
    primary,
    replica,
    async killPrimary() {
      await untilReplicated(primary.redis)
      await primary.kill()
    },
    untilFailedOver: () =>
      until(async () => {
        const named = JSON.stringify(await ask('get-master-addr-by-name'))
        return named.includes(`${replica.port}`) && (await replica.redis.role())[0] === 'master'
      }),
    [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
  }
}
