import { chooseQueueBackend } from '@iaas/queue/queue-backend'
import { openQueues } from '@iaas/queue/open-queues'
import { openQueueProbe } from '@iaas/queue/queue-probe'
import { createSpool, createVariantStore } from '@iaas/stores/composition/backends'
import type { OpenedOriginals } from '@iaas/common/ports/opened-originals'
import { openOriginals } from '@iaas/stores/composition/originals'
import { createCdnPurgers } from '@iaas/stores/cdn/create-purgers'
import { watchBackends } from '@iaas/stores/composition/watch-backends'
import { guard } from '@iaas/common/concurrency/guard'
import { type Own, compose } from '@iaas/common/lifecycle/own'
import { nameProcess } from '@iaas/common/lifecycle/name-process'
import { repeat } from '@iaas/common/lifecycle/repeat'
import type { Service } from '@iaas/common/lifecycle/run-service'
import type { Logger } from '@iaas/common/log'
import { createObjectKeys } from '@iaas/common/object-keys'
import type { StoreRendition } from '@iaas/common/ports/persistence'
import { createDatabase } from '@iaas/stores/postgres/database'
import { createPostgresEpochFeed } from '@iaas/stores/postgres/epoch-feed'
import { createPostgresEpochs } from '@iaas/stores/postgres/epochs'
import { createPostgresLinkStore } from '@iaas/stores/postgres/link-store'
import { createPostgresLinkWalk } from '@iaas/stores/postgres/link-walk'
import { migrateWhenReachable } from '@iaas/stores/postgres/migrate-when-reachable'
import { requirePostgresUrl } from '@iaas/stores/postgres/require-url'
import { openRedis } from '@iaas/stores/redis/open-redis'
import type { Telemetry } from '@iaas/common/metrics/telemetry'
import type { Renderer } from '@iaas/common/ports/renderer'
import { createMarkingRenderer } from '@iaas/rendering/watermarks/marking-renderer'
import { createCheckLinks } from './check-links.ts'
import { createClearFailed } from './clear-failed.ts'
import type { UploaderConfig } from './config.ts'
import { createUploader } from './create-uploader.ts'
import { createGiveUp } from './handlers/give-up.ts'
import { createPutObject } from './handlers/put-object.ts'
import { putWithin } from './handlers/put-within.ts'
import { createRecordLink } from './handlers/record-link.ts'
import { createRenditionJobs } from './handlers/rendition-jobs.ts'
import { createPromoteDelayed } from './promote-delayed.ts'
import { createUploaderMetrics } from './metrics.ts'
import { createStoreRendition } from './store-rendition.ts'
import { maxRemovals, startPurges } from './start-purges.ts'

export type StartUploaderOptions = {
  readonly config: UploaderConfig
  readonly log: Logger
  readonly telemetry: Telemetry
  /** Originals that the caller shares with others and ends. By default the uploader opens its own from its configuration. */
  readonly originals?: OpenedOriginals
  /** A renderer that the caller ends. By default the uploader creates its own from its configuration. */
  readonly rendering?: { readonly renderer: Renderer }
}

export type Uploader = Service & {
  /** Stores renditions of an api in the same process, which has their bytes in memory. */
  readonly storeRendition: StoreRendition
}

/** Starts an uploader. It works as soon as its queue and database can be reached. @throws ConfigError, or Error in plain words */
export function startUploader(options: StartUploaderOptions): Promise<Uploader> {
  return compose(options.log, (own) => composeUploader(options, own))
}

/** Connections to the variant store, in addition to those of jobs: for the check of links and for pings. */
const otherConnections = 4
/** Most bytes of renditions in memory: a quarter of an uploader's container in the examples. */
const maxPutBytes = 128 * 2 ** 20
/** Milliseconds that direct links are batched. No job waits for them, so commits can be fewer and larger. */
const directRecordWaitMs = 300
const repairEveryMs = 60_000
const checkEveryMs = 10_000

/** Builds all parts of an uploader in order; they end in reverse order. */
async function composeUploader(options: StartUploaderOptions, own: Own) {
  const { config, log, telemetry } = options
  const { registry, dependencies } = telemetry
  const url = requirePostgresUrl(config.postgresql)
  const { concurrency, checksPerMinute } = config.uploader
  const metrics = createUploaderMetrics(registry)

  // Connections
  own('migration', await migrateWhenReachable(url, log))
  const db = own('database', createDatabase({ ...config.postgresql, url, log }))
  const redis = own('redis producer', openRedis(config.redis.servers, 'producer', log))

  // Stores
  const connections = concurrency + maxRemovals + otherConnections
  const store = own('variant store', await createVariantStore(config, { connections }))
  const spool = createSpool(config, redis)
  const watched = own('dependencies', dependencies, (watch) => watch.close())
  const hasRedis = redis !== undefined
  const queueProbe = own('probe of the queues', openQueueProbe(config.redis, log))
  const parts = { db, variants: store.variants, spool, hasRedis, queueProbe }
  const breakers = watchBackends(watched, parts)
  // While the store is down, jobs fail at once and are retried later, so that a backlog does not flood it.
  const variants = guard(store.variants, breakers.variantStore, 'put')
  const { cdn } = store
  const keys = createObjectKeys(config.links.secret)
  const linkOptions = { cdn, isCompact: config.links.compact }
  const links = createPostgresLinkStore(db, linkOptions)
  const epochs = createPostgresEpochs(db)
  const policy = { bounds: config.constraints.bounds, ...config.webp }
  const opened = options.originals ?? own('originals', await openOriginals(config, dependencies))
  const { originals } = opened
  if (opened.follower !== undefined && options.originals === undefined) {
    const feed = createPostgresEpochFeed({ url, process: nameProcess(), log })
    own('epochs', feed.subscribe(opened.follower))
  }
  const { renderer } =
    options.rendering ??
    own(
      'renderer',
      await createMarkingRenderer(config, {
        telemetry,
        log,
        originals,
        focalPoints: opened.focalPoints,
        policy,
        // An uploader takes no uploads: only the api does.
        stripMetadata: false,
        copiesReadOnly: true,
      }),
    )

  // Jobs
  const backend = chooseQueueBackend(config, url)
  const giveUp = createGiveUp({ spool })
  const putObject = createPutObject({
    keys,
    spool,
    variants,
    links,
    epochs,
    storeOutage: () => breakers.variantStore.outage,
    originals,
    renderer,
  })
  const recordLink = createRecordLink({ keys, links, variants, spool, metrics, now: Date.now })
  own(
    'workers',
    createUploader({
      backend,
      handlers: createRenditionJobs({
        keys,
        putObject: putWithin(putObject, { maxBytes: maxPutBytes, policy }),
        recordLink,
        giveUp,
      }),
      concurrency,
      metrics,
      log,
    }),
  )

  // Maintenance
  const queues = own('queues', openQueues(backend, log))
  const clearFailed = createClearFailed({ queues, giveUp })
  own('clearing of failed jobs', repeat('clearing of failed jobs', clearFailed, repairEveryMs, log))
  const promoteDelayed = createPromoteDelayed({ queues, log, now: Date.now })
  own(
    'promotion of delayed jobs',
    repeat('promotion of delayed jobs', promoteDelayed, repairEveryMs, log),
  )
  const batch = Math.ceil((checksPerMinute * checkEveryMs) / 60_000)
  if (batch > 0) {
    const walk = createPostgresLinkWalk(db, cdn)
    const check = createCheckLinks({ walk, links, variants, metrics, log, batch })
    own('check of links', repeat('check of links', check, checkEveryMs, log))
  }

  const purges = startPurges({
    config,
    url,
    store,
    spool,
    opened,
    queues,
    backend,
    cdns: await createCdnPurgers(config, cdn),
    metrics,
    log,
  })
  for (const [name, part] of purges) own(name, part)

  const patientLinks = createPostgresLinkStore(db, {
    ...linkOptions,
    recordWaitMs: directRecordWaitMs,
  })
  const storeRendition = createStoreRendition({
    keys,
    variants,
    links: guard(patientLinks, breakers.database, 'record'),
    metrics,
    log,
    now: Date.now,
  })
  return { storeRendition }
}
