import { chooseQueueBackend } from '@iaas/queue/queue-backend'
import { setTimeout as delay } from 'node:timers/promises'
import { createBacklog } from '@iaas/queue/backlog'
import { openQueues } from '@iaas/queue/open-queues'
import { createPersistence } from '@iaas/queue/persistence'
import { createPurgeOrders } from '@iaas/queue/purge-orders'
import { openQueueProbe } from '@iaas/queue/queue-probe'
import { createSpool, createVariantStore } from '@iaas/stores/composition/backends'
import { openOriginals } from '@iaas/stores/composition/originals'
import { databaseName, watchBackends } from '@iaas/stores/composition/watch-backends'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { createRenditionJournal } from '@iaas/common/disk/rendition-journal'
import { listen } from '@iaas/common/http/server'
import { type Own, compose } from '@iaas/common/lifecycle/own'
import { repeat } from '@iaas/common/lifecycle/repeat'
import { createDatabase } from '@iaas/stores/postgres/database'
import { createPostgresEpochFeed } from '@iaas/stores/postgres/epoch-feed'
import { createPostgresLinkChanges } from '@iaas/stores/postgres/link-changes'
import { migrateWhenReachable } from '@iaas/stores/postgres/migrate-when-reachable'
import { requirePostgresUrl } from '@iaas/stores/postgres/require-url'
import { openRedis } from '@iaas/stores/redis/open-redis'
import { createMarkingRenderer } from '@iaas/rendering/watermarks/marking-renderer'
import type { Api, ApiOptions } from './api-options.ts'
import { createApp } from './app.ts'
import { awaitDatabase } from './await-database.ts'
import { capacities, durations } from './capacities.ts'
import { followInTurn } from './epochs/follow-in-turn.ts'
import { nameProcess } from '@iaas/common/lifecycle/name-process'
import { createFacts } from './facts/find-facts.ts'
import { toLogClient } from './http/log-client.ts'
import { createLedgerKeeper } from './ledger/keep-ledger.ts'
import { toConnectionBounds } from './limits/connection-bounds.ts'
import { createLimits } from './limits/create-limits.ts'
import { forgetChangedLinks } from './links/forget-changed-links.ts'
import { registerQueueGauges, registerSpoolGauges } from './metrics/backlog-gauges.ts'
import { registerDiskGauges } from './metrics/disk-gauges.ts'
import { plantExample } from './plant-example.ts'
import { maxProxied } from './proxied/places.ts'
import { createDirectPersistence } from './renditions/direct-persistence.ts'
import type { ServiceState } from './routes/get-health.ts'
import { serveOperators } from './serve-operators.ts'
import { watchStore } from './stored/watch-store.ts'
import { wireImages } from './wire-images.ts'
import { wireManagement } from './wire-management.ts'
import { wireStores } from './wire-stores.ts'
import { wireUploads } from './wire-uploads.ts'

/**
 * Migrates the database, builds the api from its configuration and listens. If the database cannot be reached, the migration
 * continues in the background: images are served without it.
 *
 * @throws ConfigError, or Error in plain words: a port that is taken, a database that cannot be migrated
 */
export function startApi(options: ApiOptions): Promise<Api> {
  return compose(options.log, (own) => composeApi(options, own))
}

/** Builds all parts of an api in order; they end in reverse order. */
async function composeApi(options: ApiOptions, own: Own) {
  const { config, log, telemetry, storeRendition, adminSocket } = options
  const { registry, dependencies } = telemetry
  const { folders } = config
  const url = requirePostgresUrl(config.postgresql)

  // Connections
  const migration = own('migration', await migrateWhenReachable(url, log))
  const db = own('database', createDatabase({ ...config.postgresql, url, log }))
  const redis = own('redis cache', openRedis(config.redis.servers, 'cache', log))
  const producerRedis = own('redis producer', openRedis(config.redis.servers, 'producer', log))

  // Stores and queues
  const store = own(
    'variant store',
    // More connections than readers, so that no reader waits for another.
    await createVariantStore(config, {
      timeoutMs: durations.readObject,
      connections: maxProxied + capacities.otherStoreConnections,
    }),
  )
  const { variants, cdn, servedFolder } = store
  const opened =
    options.originals ??
    own('originals', await openOriginals(config, options.telemetry.dependencies))
  const { originals, focalPoints } = opened
  const spool = createSpool(config, producerRedis)
  const queueBackend = chooseQueueBackend(config, url)
  const queues = own('queues', openQueues(queueBackend, log))
  const backlog = createBacklog({ queues })
  const orders = own('purge orders', createPurgeOrders(queueBackend, log))
  const persistence = own('queue', createPersistence({ backend: queueBackend, log }))
  const watched = own('dependencies', dependencies, (watch) => watch.close())
  const hasRedis = redis !== undefined
  const queueProbe = own('probe of the queues', openQueueProbe(config.redis, log))
  const breakers = watchBackends(watched, { db, variants, spool, hasRedis, queueProbe })
  const raw = { config, db, variants, cdn, spool, persistence, backlog, redis, breakers }
  const stores = wireStores(raw)
  const isBucket = servedFolder === undefined
  const watch = own('watch of the variant store', isBucket ? watchStore(variants, log) : undefined)

  // Images
  const policy = { bounds: config.constraints.bounds, ...config.webp, ...config.formats }
  const stripMetadata = config.originals.stripMetadata
  const decoding = { telemetry, log, originals, focalPoints, policy, stripMetadata }
  const { renderer, findWatermark, findFont } =
    options.rendering ?? own('renderer', await createMarkingRenderer(config, decoding))
  const limits = createLimits(config, stores.sharedCounts)
  const journal = own('journal', createRenditionJournal(folders.journal), (notes) => notes.flush())
  const facts = createFacts({
    renderer,
    store: opened.facts,
    limits: limits.renders,
    uploadWaitMs: durations.uploadFacts,
    log,
  })
  const { image, serveObject, metrics, persister } = wireImages({
    config,
    policy: { ...policy, findWatermark, findFont },
    stores,
    cdn,
    originals,
    focalPoints,
    renderer,
    direct: storeRendition && createDirectPersistence({ journal, storeRendition, log }),
    limits: limits.renders,
    facts,
    isStoreAway: watch?.isAway ?? (() => false),
    isStoreServed: servedFolder !== undefined,
    registry,
    log,
  })
  // Renditions left over stay in the spool; the next request for each queues it.
  own('renditions', persister, (pending) => withDeadline(pending.drain(), durations.persistDrain))

  // Uploads
  const common = { config, stores, originals, renderer, facts, limits, log }
  const ledgerKeeper = createLedgerKeeper({ ...common, ledger: stores.ledger })
  const uploads = wireUploads({ ...common, focalPoints, ledgerKeeper })
  const { times, clientOf } = uploads

  // Housekeeping
  registerSpoolGauges(registry, stores.spool)
  registerQueueGauges(registry, backlog)
  registerDiskGauges(registry, () => originals.space())
  void persister.resume()
  own(
    'retry of renditions',
    repeat('retry of renditions', () => persister.retry(), durations.persistRetry, log),
  )
  const changes = createPostgresLinkChanges({ url, log })
  own('link changes', forgetChangedLinks(changes, stores, log))
  const feed = createPostgresEpochFeed({ url, process: nameProcess(), log })
  own('epochs', feed.subscribe(followInTurn(opened.follower, stores.epochs)))
  const sweepTokens = repeat('sweep of tokens', uploads.sweepTokens, durations.sweepInterval, log)
  own('sweep of tokens', sweepTokens)
  const sweepCalls = () => stores.calls.sweep()
  own('sweep of calls', repeat('sweep of calls', sweepCalls, durations.sweepInterval, log))
  const settle = (signal: AbortSignal) => ledgerKeeper.work(signal)
  own('ledger', repeat('ledger of originals', settle, durations.settleLedger, log))
  const sweepFiles = () => originals.sweepTemporary(times.fileAgeMs)
  const { sweepInterval } = durations
  own('sweep of files', repeat('sweep of temporary files', sweepFiles, sweepInterval, log))

  // Listeners
  let state: ServiceState = 'starting'
  if (config.originals.example === true) await plantExample(originals, stores.ledger, log)
  const askDatabase = () => dependencies.ask(databaseName)
  if (migration.isDone) await awaitDatabase(askDatabase, stores.epochs)
  const operating = { queues, backlog, state: () => state, dependencies }
  const management = wireManagement({ ...common, ...operating, policy, orders, uploads })
  const app = createApp({
    image,
    serveObject,
    cdn,
    ...uploads,
    management: config.api.keys.length === 0 ? undefined : management,
    logClient: toLogClient(config, clientOf),
    uploadOrigins: config.uploadOrigins,
    allowIndexing: config.allowIndexing,
    servedFolder,
    ...operating,
    metrics,
    log,
  })
  const operators = { config, queues, backlog, management, limits, registry, adminSocket, log }
  const admin = own('admin', await serveOperators({ ...operators, apiMetrics: metrics }))
  const server = own(
    'http',
    await listen(app, {
      port: config.port,
      setting: 'PORT',
      host: config.listenAddress,
      requestTimeoutMs: durations.request,
      longestRequestMs: times.bodyMs + durations.uploadSlack,
      maxConnections: config.maxConnections,
      ...toConnectionBounds(config.limits),
    }),
    (listening) => listening.close(durations.drain),
  )
  own('lame duck', config.lameDuck, (ms) => delay(ms))
  own('state', 'draining', (draining: ServiceState) => void (state = draining))
  state = 'ready'
  return { port: server.port, adminPort: admin.port }
}
