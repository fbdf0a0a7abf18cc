import { randomUUID } from 'node:crypto'
import { purgeKinds } from '@iaas/common/jobs/kinds'
import { repeat } from '@iaas/common/lifecycle/repeat'
import type { Logger } from '@iaas/common/log'
import type { CdnPurger } from '@iaas/common/ports/cdn-purger'
import type { OpenedOriginals } from '@iaas/common/ports/opened-originals'
import { longestPutMs } from '@iaas/common/ports/variant-store'
import type { Spool } from '@iaas/common/ports/spool'
import type { Queues } from '@iaas/queue/open-queues'
import { createPurgeOrders } from '@iaas/queue/purge-orders'
import type { QueueBackend } from '@iaas/queue/queue-backend'
import type { OpenedVariantStore } from '@iaas/stores/composition/backends'
import { createPostgresCdnWork } from '@iaas/stores/postgres/cdn-work'
import { createDatabase } from '@iaas/stores/postgres/database'
import { createPostgresDeletionLog } from '@iaas/stores/postgres/deletion-log'
import { createPostgresEpochs } from '@iaas/stores/postgres/epochs'
import { createPostgresCollectionWork } from '@iaas/stores/postgres/collections/collection-work'
import { createPostgresPurgeWork } from '@iaas/stores/postgres/purges/purge-work'
import { createCollectGarbage } from './collections/collect-garbage.ts'
import type { UploaderConfig } from './config.ts'
import { createUploader } from './create-uploader.ts'
import { createPurgeJob } from './handlers/purge-job.ts'
import type { UploaderMetrics } from './metrics.ts'
import {
  createCollectUnlinked,
  createContinuePurges,
  createPurgeCollected,
} from './purges/continue-purges.ts'
import { createForgetOriginals } from './purges/forget-originals.ts'
import { createNoteCdnTargets } from './purges/note-cdn-targets.ts'
import { type PurgeCdnsOptions, createPurgeCdns } from './purges/purge-cdns.ts'
import { createRemoveJobs } from './purges/remove-jobs.ts'
import { createRemoveObjects } from './purges/remove-objects.ts'
import { createRunPurge } from './purges/run-purge.ts'
import { createPurgeSteps } from './purges/steps.ts'
import { createSweepImages } from './purges/sweep-images.ts'

export type PurgesOptions = {
  readonly config: Pick<UploaderConfig, 'postgresql'>
  readonly url: string
  readonly store: Pick<OpenedVariantStore, 'variants' | 'cdn'>
  readonly spool: Spool
  readonly opened: Pick<OpenedOriginals, 'originals' | 'removeTraces' | 'deletionLog'>
  readonly queues: Queues
  readonly backend: QueueBackend
  readonly cdns: readonly CdnPurger[]
  readonly cdnRetries?: Pick<PurgeCdnsOptions, 'maxTries' | 'firstRetryMs'>
  readonly metrics: Pick<UploaderMetrics, 'job' | 'collected'>
  readonly log: Logger
  readonly settleMs?: number
  readonly listingRestMs?: number
}

/** Removals of objects at once. */
export const maxRemovals = 16
const concurrentPurges = 4
/** Milliseconds after which other purges are worked on. */
const sliceMs = 10_000
/** Statements of a purge change thousands of rows. */
const statementTimeoutMs = 60_000
const continueEveryMs = 5000
const collectEveryMs = 60_000
/** Rest between two listings of a collection of garbage, ms: 3.6 million objects an hour. */
const listingRestMs = 1000

/** Starts what works on purges: parts with their names, in order, which the caller ends. */
export function startPurges(
  options: PurgesOptions,
): readonly (readonly [string, AsyncDisposable])[] {
  const { config, url, store, spool, opened, queues, backend, metrics, log } = options
  const { cdns, cdnRetries, settleMs = 2 * longestPutMs } = options
  const { variants, cdn } = store
  const poolSize = concurrentPurges
  const db = createDatabase({ ...config.postgresql, url, log, poolSize, statementTimeoutMs })
  const orders = createPurgeOrders(backend, log)
  const work = createPostgresPurgeWork(db, { cdn })
  const removeObjects = createRemoveObjects({ variants, spool, maxAtOnce: maxRemovals })
  const cdnWork = createPostgresCdnWork(db)
  const cdnTargets = createNoteCdnTargets(cdns, cdnWork)
  const purgeCdns = createPurgeCdns({ purgers: cdns, work: cdnWork, ...cdnRetries })
  const steps = createPurgeSteps({
    work,
    epochs: createPostgresEpochs(db),
    removeJobs: createRemoveJobs({ queues, work, spool }),
    removeObjects,
    sweepImages: createSweepImages({
      variants,
      work,
      removeObjects,
      cdnTargets,
      maxAtOnce: maxRemovals,
    }),
    settleMs,
    originals: createForgetOriginals({
      ...opened,
      deletionLogs: [opened.deletionLog, createPostgresDeletionLog(db)],
      work,
    }),
    cdnTargets,
    purgeCdns,
  })
  const workers = createUploader({
    backend,
    kinds: purgeKinds,
    handlers: [createPurgeJob(createRunPurge({ work, steps, sliceMs }), orders)],
    concurrency: concurrentPurges,
    metrics,
    log,
  })
  const order = createContinuePurges(work, orders)
  const collect = createCollectUnlinked(work, removeObjects, cdnTargets)
  const collected = createPurgeCollected(purgeCdns)
  const collectGarbage = createCollectGarbage({
    work: createPostgresCollectionWork(db),
    variants,
    metrics,
    worker: randomUUID(),
    restMs: options.listingRestMs ?? listingRestMs,
  })
  return [
    ['database of purges', db],
    ['orders of purges', orders],
    ['workers of purges', workers],
    ['lost purges', repeat('ordering of lost purges', order, continueEveryMs, log)],
    ['unlinked objects', repeat('removal of unlinked objects', collect, collectEveryMs, log)],
    ['garbage', repeat('collection of garbage', collectGarbage, continueEveryMs, log)],
    ['collected objects', repeat('purge of collected objects', collected, collectEveryMs, log)],
  ]
}
