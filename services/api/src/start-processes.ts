import { chooseQueueBackend } from '@iaas/queue/queue-backend'
import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createBacklog } from '@iaas/queue/backlog'
import { openQueues } from '@iaas/queue/open-queues'
import { compose } from '@iaas/common/lifecycle/own'
import type { Service } from '@iaas/common/lifecycle/run-service'
import type { Logger } from '@iaas/common/log'
import { requirePostgresUrl } from '@iaas/stores/postgres/require-url'
import { AggregatorRegistry } from 'prom-client'
import type { ApiConfig } from './config.ts'
import { createForwardCalls } from './admin/calls/forward-calls.ts'
import { hasManagement } from './management/has-management.ts'
import { startAdmin } from './start-admin.ts'

export type ProcessesOptions = {
  readonly config: ApiConfig
  readonly log: Logger
  /** Number of processes. */
  readonly count: number
}

/** Variable that tells each process where it receives calls of the management API. */
export const adminSocketVariable = 'IAAS_ADMIN_SOCKET'

type Environment = Readonly<Record<string, string>>

/** Pause before a process that ended is replaced, ms. */
const restartAfterMs = 1000

/**
 * Starts several api processes behind one port and replaces those that end. This process answers no client: it has the admin
 * listener, which reports all processes as one.
 *
 * @throws Error if a process fails to listen; it has logged the reason
 */
export function startProcesses({ config, log, count }: ProcessesOptions): Promise<Service> {
  return compose(log, async (own) => {
    const backend = chooseQueueBackend(config, requirePostgresUrl(config.postgresql))
    const queues = own('queues', openQueues(backend, log))
    const registry = new AggregatorRegistry()
    const { contentType } = registry
    const metrics = { contentType, metrics: () => registry.clusterMetrics() }
    const backlog = createBacklog({ queues })
    const folder = own('socket', await createSocketFolder(), removeFolder)
    const socket = join(folder, 'calls')
    const calls = hasManagement(config) ? createForwardCalls(socket) : undefined
    own('admin', await startAdmin({ config, log, queues, backlog, metrics, calls }))
    const ending = own('processes', new AbortController(), (controller) => {
      controller.abort()
      return endAll()
    })
    // Each process accepts its own connections: one handed to a process that dies would hang for ever.
    cluster.schedulingPolicy = cluster.SCHED_NONE
    const environment = { [adminSocketVariable]: socket }
    await Promise.all(
      Array.from({ length: count }, () => startProcess(environment, log, ending.signal)),
    )
    return {}
  })
}

function createSocketFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'iaas-'))
}

async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}

/** Starts a process. Resolves once it listens; from then on it is replaced whenever it ends. */
async function startProcess(
  environment: Environment,
  log: Logger,
  ending: AbortSignal,
): Promise<void> {
  const worker = cluster.fork(environment)
  const ended = once(worker, 'exit').then(() => {
    throw new Error('A process of the api ended at its start.')
  })
  await Promise.race([once(worker, 'listening'), ended])
  ended.catch(() => {})
  replaceOnceEnded(worker, environment, log, ending)
}

function replaceOnceEnded(
  worker: Worker,
  environment: Environment,
  log: Logger,
  ending: AbortSignal,
): void {
  worker.once('exit', (code, signal) => {
    if (ending.aborted) return
    log.error('a process of the api has ended', { pid: worker.process.pid, code, signal })
    delay(restartAfterMs, undefined, { signal: ending }).then(
      () => replaceOnceEnded(cluster.fork(environment), environment, log, ending),
      () => {},
    )
  })
}

async function endAll(): Promise<void> {
  const workers = Object.values(cluster.workers ?? {}).filter(
    (worker): worker is Worker => worker !== undefined && !worker.isDead(),
  )
  const exits = workers.map((worker) => once(worker, 'exit'))
  for (const worker of workers) worker.process.kill('SIGTERM')
  await Promise.all(exits)
}
