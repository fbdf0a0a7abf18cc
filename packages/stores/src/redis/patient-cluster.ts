import { Cluster, type ClusterNode, type Redis } from 'ioredis'
import { makePatient } from './patient-redis.ts'

type Options = NonNullable<ConstructorParameters<typeof Cluster<'legacy'>>[1]>

export type PatientClusterOptions = Options & {
  /** Time without an answer after which the connection to a node counts as dead, ms. */
  readonly silenceMs: number
  /** If true, commands fail while there is no cluster; otherwise they wait. */
  readonly failsFast: boolean
}

/** Creates a cluster whose connections are patient. */
export function createPatientCluster(
  nodes: readonly ClusterNode[],
  { silenceMs, failsFast, ...options }: PatientClusterOptions,
): Cluster {
  const cluster = new (failsFast ? FailingCluster : Cluster)([...nodes], options)
  // The library creates the connections of the nodes itself, the first ones after this event loop iteration.
  cluster.on('+node', (node: Redis) => makePatient(node, silenceMs))
  return cluster
}

/**
 * A cluster whose commands fail while it is not connected. The option of the library for that, `enableOfflineQueue`,
 * also refuses the commands to a node that is just being connected, as each one is by its first command.
 */
class FailingCluster extends Cluster {
  override sendCommand(...args: Parameters<Cluster['sendCommand']>): unknown {
    const [command] = args
    // The library asks for the state of the cluster before it is ready.
    if (this.status === 'ready' || command.name === 'cluster') return super.sendCommand(...args)
    command.reject(new Error(`The cluster is ${this.status}.`))
    return command.promise
  }
}
