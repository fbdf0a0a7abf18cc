import { createSingleFlight } from '@iaas/common/concurrency/single-flight'
import { toPolicy } from '@iaas/common/config/policy'
import { createAdminApp } from '@iaas/common/http/admin-app'
import { listen } from '@iaas/common/http/server'
import { type Closers, createClosers } from '@iaas/common/lifecycle/closers'
import { repeat } from '@iaas/common/lifecycle/repeat'
import type { Service } from '@iaas/common/lifecycle/run-service'
import type { Logger } from '@iaas/common/log'
import { migrateWhenReachable } from '@iaas/common/postgres/migrate-when-reachable'
import { requirePostgresUrl } from '@iaas/common/postgres/require-url'
import type { Telemetry } from '@iaas/common/metrics/telemetry'
import type { PreparingRenderer } from '@iaas/rendering/copies/copying-renderer'
import { createRenderer } from '@iaas/rendering/create-renderer'
import { createAdminRoutes } from './admin/admin-routes.ts'
import { type AppOptions, createApp } from './app.ts'
import type { ApiConfig } from './config.ts'
import { createIssueToken } from './issue-token.ts'
import { forgetChangedLinks } from './create-link-layers.ts'
import { type Stores, createStores } from './create-stores.ts'
import { createCachedLinks } from './links/cached-links.ts'
import { createKnownTargets } from './links/known-targets.ts'
import { registerQueueGauges, registerSpoolGauges } from './metrics/backlog-gauges.ts'
import { createApiMetrics } from './metrics/api-metrics.ts'
import { createTurns } from './create-turns.ts'
import { createRenditionPersister } from './renderings/persist-rendition.ts'
import { createClientOf } from './limits/client-of.ts'
import { createLimits } from './limits/create-limits.ts'
import { createVariantCap } from './limits/variant-cap.ts'
import { toOffer } from './offer/config.ts'
import { type Rendering, createRenderings } from './renderings/renderings.ts'
import type { ServiceState } from './routes/get-health.ts'
import { createServeImage } from './serve-image.ts'
import { toSigner } from './signing/config.ts'
import { createServeOriginal } from './serve-original.ts'
import { createStoreOriginal } from './store-original.ts'
import { createUploadAdmission } from './upload/admission.ts'
import { toReceiveLimits, uploadTimeoutMs } from './upload/config.ts'

/** A claim that is older than an upload and its check can take is that of a process that is gone. */
const claimLeaseMs = 150_000
const temporaryFileAgeMs = 10 * 60_000
const sweepEveryMs = 60_000

/** Their texts are longer than the links themselves: some 20 MB. */
const maxTargets = 100_000

const maxPendingPersists = 256
const rescheduleAfterMs = 60_000
const variantCountTtlMs = 60_000
/** How often is tried again to queue what the queue did not take. */
const retryEveryMs = 2000

/** What requests in flight may still take when the api ends, ms. */
const drainMs = 25_000

/** An api that is listening. */
export type Api = Service & { readonly port: number; readonly adminPort: number }

export type ApiOptions = {
  readonly config: ApiConfig
  readonly log: Logger
  readonly telemetry: Telemetry
  /** One that the caller ends; otherwise the api has its own, as its configuration says. */
  readonly renderer?: PreparingRenderer
}

/**
 * Brings the database to the newest schema, builds the api from its configuration and listens. A database that cannot be
 * reached is waited for in the background: pictures are served without it.
 *
 * @throws ConfigError, or Error in plain words: a port that is taken, a database that cannot be migrated
 */
export async function startApi(options: ApiOptions): Promise<Api> {
  const closers = createClosers(options.log)
  try {
    await migrateWhenReachable(requirePostgresUrl(options.config.postgresql), options.log, closers)
    return await listenOnBoth(options, closers)
  } catch (error) {
    await closers.close()
    throw error
  }
}

async function listenOnBoth(options: ApiOptions, closers: Closers): Promise<Api> {
  const { config, telemetry } = options
  let state: ServiceState = 'starting'
  const flights = createSingleFlight<Rendering>()
  const metrics = createApiMetrics(telemetry.registry, { flights: () => flights.size })
  const stores = createStores(options, closers)
  const parts = { stores, closers, flights, metrics, state: () => state }
  const app = createApp(buildApp({ ...options, ...parts }))
  const adminRoutes = createAdminRoutes(config.admin, stores.queues, options.log)
  const admin = await listen(createAdminApp(telemetry.registry, adminRoutes), {
    port: config.admin_port,
    host: config.admin_address ?? '127.0.0.1',
  })
  closers.add('admin', () => admin.close(1000))
  const server = await listen(app, {
    port: config.port,
    host: config.listen_address ?? '127.0.0.1',
    requestTimeoutMs: uploadTimeoutMs + 15_000,
    maxConnections: config.max_connections,
  })
  closers.add('http', () => server.close(drainMs))
  state = 'ready'
  return {
    port: server.port,
    adminPort: admin.port,
    close() {
      state = 'draining'
      return closers.close()
    },
  }
}

type BuildOptions = ApiOptions &
  Pick<AppOptions, 'state' | 'metrics'> & {
    readonly stores: Stores
    readonly closers: Closers
    readonly flights: ReturnType<typeof createSingleFlight<Rendering>>
  }

/** Wires the adapters that the configuration asks for to the use cases. */
function buildApp(options: BuildOptions): AppOptions {
  const { config, log, telemetry, stores, closers, flights, metrics, state } = options
  if (config.secret === undefined) log.warn('no secret: whoever reaches POST /token gets tokens')
  const { originals, tokens, variants, spool, layers, persistence } = stores
  const renderer = options.renderer ?? createRenderer(config, { closers, telemetry, log })
  const links = createCachedLinks({ store: stores.links, ...layers, metrics, log })
  registerSpoolGauges(telemetry.registry, spool)
  registerQueueGauges(telemetry.registry, stores.queues)
  const persister = createRenditionPersister({
    spool,
    persistence,
    variantCap: createVariantCap({
      links: stores.links,
      perOriginal: config.limits.variants_per_original,
      countTtlMs: variantCountTtlMs,
    }),
    metrics,
    log,
    maxPending: maxPendingPersists,
    rescheduleAfterMs,
    now: Date.now,
  })
  closers.add('renditions', () => persister.drain())
  again('retry of renditions', () => persister.retry(), retryEveryMs, log, closers)
  const limits = createLimits(options, stores.redisBreaker, closers)
  const renderings = createRenderings({
    flights,
    spool,
    links,
    renderer,
    persister,
    awaitTurn: createTurns(options, stores.redisBreaker, closers),
    limits: limits.renders,
    metrics,
    log,
    now: Date.now,
  })
  forgetChangedLinks(requirePostgresUrl(config.postgresql), layers, log, closers)
  const sweepTokens = () => tokens.sweep(claimLeaseMs)
  again('sweep of tokens', sweepTokens, sweepEveryMs, log, closers)
  const sweepFiles = () => originals.sweepTemporary(temporaryFileAgeMs)
  again('sweep of temporary files', sweepFiles, sweepEveryMs, log, closers)
  const admission = createUploadAdmission(config.upload, () => originals.space())
  const policy = toPolicy(config.constraints, config.webp)
  return {
    image: {
      policy,
      serveImage: createServeImage({
        policy,
        offer: toOffer(config.offer),
        links,
        originals,
        variants,
        renderer,
        renderings,
      }),
      serveOriginal: createServeOriginal(originals),
      redirectMaxAge: config.redirect_cache_timeout,
      signer: toSigner(config.signing),
      knownTargets: createKnownTargets({ memory: layers.memory, maxTargets, metrics }),
    },
    clientOf: createClientOf(config.limits.trusted_proxies),
    storeOriginal: createStoreOriginal({
      tokens,
      originals,
      admission,
      renderer,
      stripMetadata: config.originals.strip_metadata,
      log,
    }),
    issueToken: createIssueToken({
      tokens,
      originals,
      secret: config.secret,
      wrongSecrets: limits.wrongSecrets,
    }),
    tokens,
    receiveLimits: toReceiveLimits(config.constraints.max_upload_bytes),
    uploadOrigins: config.upload_origins,
    allowIndexing: config.allow_indexing,
    servedVariants: stores.isServedHere ? variants : undefined,
    state,
    dependencies: telemetry.dependencies,
    metrics,
    log,
  }
}

function again(
  name: string,
  task: () => Promise<unknown>,
  everyMs: number,
  log: Logger,
  closers: Closers,
): void {
  const repeated = repeat(name, task, everyMs, log)
  closers.add(name, () => repeated.stop())
}
