import type { Redis } from 'ioredis'
import {
  type FleetServer,
  type RedisProgram,
  startFleet,
  untilReplicated,
  volatile,
} from './redis-fleet.ts'
import { until } from './until.ts'

/** A cluster of three primaries. */
export type ClusterServers = AsyncDisposable & {
  /** Its first node, as the configuration lists it. */
  readonly nodes: readonly string[]
  readonly primaries: readonly FleetServer[]
  /** Gives a replica to the primary of the slot of a key. */
  addReplica(key: string): Promise<ClusterFailOver>
}

export type ClusterFailOver = {
  /** Kills the primary that has the replica, once that has all that it has. */
  killPrimary(): Promise<void>
  /** Resolves once all nodes know the replica as a primary. */
  untilFailedOver(): Promise<void>
}

/** First and last slot of each primary. */
const slotsOfPrimaries = [
  [0, 5460],
  [5461, 10_922],
  [10_923, 16_383],
] as const

export async function startRedisCluster(program: RedisProgram): Promise<ClusterServers> {
  const fleet = await startFleet(program)
  const start = (id: number) =>
    fleet.start({
      ...volatile,
      'cluster-enabled': 'yes',
      'cluster-config-file': `${id}.nodes`,
      'cluster-node-timeout': '2000',
    })
  const primaries = await Promise.all([1, 2, 3].map(start))
  for (const [index, { redis }] of primaries.entries()) {
    await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', ...(slotsOfPrimaries[index] ?? []))
  }
  await introduce(primaries)
  await until(() => areWell(primaries))
  return {
    nodes: primaries.slice(0, 1).map(({ port }) => `127.0.0.1:${port}`),
    primaries,
    addReplica: async (key) => addReplica(primaries, await start(4), key),
    [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
  }
}

async function addReplica(
  primaries: readonly FleetServer[],
  replica: FleetServer,
  key: string,
): Promise<ClusterFailOver> {
  const primary = await findPrimary(primaries, key)
  const id = (await primary.redis.call('CLUSTER', 'MYID')) as string
  const all = [...primaries, replica]
  await introduce(all)
  await replica.redis.call('CLUSTER', 'REPLICATE', id)
  await untilReplicated(primary.redis)
  await until(async () => (await countOf(all, ['slave', id])) === all.length)
  return {
    async killPrimary() {
      await untilReplicated(primary.redis)
      await primary.kill()
    },
    untilFailedOver() {
      const alive = all.filter((server) => server !== primary)
      return until(async () => {
        const known = await countOf(alive, [`:${replica.port}@`, 'master'])
        return known === alive.length && (await areWell(alive))
      })
    },
  }
}

/**
 * Makes the nodes know each other. An introduction is forgotten if the other node is too busy to answer in time, so it
 * is repeated, which `redis-cli --cluster create` does not do.
 */
async function introduce(nodes: readonly FleetServer[]): Promise<void> {
  await until(async () => {
    let areKnown = true
    for (const { redis } of nodes) {
      const table = await tableOf(redis)
      if (table.includes('handshake')) areKnown = false
      const strangers = nodes.filter(({ port }) => !table.includes(`:${port}@`))
      for (const { port } of strangers) await redis.call('CLUSTER', 'MEET', '127.0.0.1', port)
      if (strangers.length > 0) areKnown = false
    }
    return areKnown
  })
}

/** Returns the primary that serves the slot of a key. The others name it in their refusal. */
async function findPrimary(primaries: readonly FleetServer[], key: string): Promise<FleetServer> {
  for (const primary of primaries) {
    const serves = await primary.redis.get(key).then(
      () => true,
      () => false,
    )
    if (serves) return primary
  }
  throw new Error(`No node serves the slot of ${key}.`)
}

/** Returns the number of servers that know a node with all these facts in its line. */
async function countOf(servers: readonly FleetServer[], facts: readonly string[]): Promise<number> {
  const isKnown = (table: string) =>
    table.split('\n').some((line) => facts.every((fact) => line.includes(fact)))
  const tables = await Promise.all(servers.map(({ redis }) => tableOf(redis)))
  return tables.filter(isKnown).length
}

function tableOf(redis: Redis): Promise<string> {
  return redis.call('CLUSTER', 'NODES') as Promise<string>
}

async function areWell(servers: readonly FleetServer[]): Promise<boolean> {
  const facts = await Promise.all(
    servers.map(({ redis }) => redis.call('CLUSTER', 'INFO') as Promise<string>),
  )
  return facts.every((text) => text.includes('cluster_state:ok'))
}
