import { setTimeout as delay } from 'node:timers/promises'
import { databaseName } from '@iaas/common/composition/watch-backends'
import { toPolicy } from '@iaas/common/config/policy'
import type { ConnectionBounds } from '@iaas/common/http/connections'
import { listen } from '@iaas/common/http/server'
import { type Closers, startParts } from '@iaas/common/lifecycle/closers'
import { repeatUntilClosed } from '@iaas/common/lifecycle/repeat'
import type { Service } from '@iaas/common/lifecycle/run-service'
import type { Logger } from '@iaas/common/log'
import { migrateWhenReachable } from '@iaas/common/postgres/migrate-when-reachable'
import type { StoreRendition } from '@iaas/common/ports/persistence'
import { requirePostgresUrl } from '@iaas/common/postgres/require-url'
import type { Telemetry } from '@iaas/common/metrics/telemetry'
import type { PreparingRenderer } from '@iaas/rendering/copies/copying-renderer'
import { createRenderer } from '@iaas/rendering/create-renderer'
import { longestIntakeMs } from '@iaas/rendering/longest-intake'
import { type AppOptions, createApp } from './app.ts'
import { awaitDatabase } from './await-database.ts'
import { type ApiConfig, tokenSecrets } from './config.ts'
import { createImages } from './create-images.ts'
import { forgetChangedLinks } from './create-link-layers.ts'
import { type Stores, createStores } from './create-stores.ts'
import { createIssueToken } from './issue-token.ts'
import { createLogClient } from './http/log-client.ts'
import { createClientOf, nameClient } from './limits/client-of.ts'
import { createLimits } from './limits/create-limits.ts'
import { plantExample } from './plant-example.ts'
import { registerQueueGauges, registerSpoolGauges } from './metrics/backlog-gauges.ts'
import { registerDiskGauges } from './metrics/disk-gauges.ts'
import type { ServiceState } from './routes/get-health.ts'
import { startAdmin } from './start-admin.ts'
import { createStoreOriginal } from './store-original.ts'
import { createUploadAdmission } from './upload/admission.ts'
import type { ReceiveLimits } from './upload/receive-image.ts'
import { longestUploadBodyMs, toReceiveLimits } from './upload/config.ts'

/** What an upload takes beside its body and its check: the database and the disk, ms. */
const recordingMs = 10_000
/** The longest that a request other than an upload may take to arrive, ms. */
const requestTimeoutMs = 75_000
/** How long an upload could take to arrive in earlier releases, ms. */
const usualTimeoutMs = 60_000
const temporaryFileAgeMs = 10 * 60_000
const sweepEveryMs = 60_000

/** What requests in flight may still take when the api ends, ms. */
const drainMs = 25_000

/** An api that is listening. `adminPort` is undefined where another process has the admin listener. */
export type Api = Service & { readonly port: number; readonly adminPort: number | undefined }

export type ApiOptions = {
  readonly config: ApiConfig
  readonly log: Logger
  readonly telemetry: Telemetry
  /** One that the caller ends; otherwise the api has its own, as its configuration says. */
  readonly renderer?: PreparingRenderer
  /** Stores renditions in this process; otherwise the uploaders do. */
  readonly storeRendition?: StoreRendition
  /** Whether another process listens for the operators; see `startProcesses`. */
  readonly isOneOfMany?: boolean
}

/**
 * Brings the database to the newest schema, builds the api from its configuration and listens. A database that cannot be
 * reached is waited for in the background: pictures are served without it.
 *
 * @throws ConfigError, or Error in plain words: a port that is taken, a database that cannot be migrated
 */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { config, log } = options
  return startParts(log, async (closers) => {
    const url = requirePostgresUrl(config.postgresql)
    const isReachable = await migrateWhenReachable(url, log, closers)
    return listenForClients({ ...options, isReachable }, closers)
  })
}

async function listenForClients(
  options: ApiOptions & { readonly isReachable: boolean },
  closers: Closers,
): Promise<Api> {
  const { config, log, telemetry, isOneOfMany = false } = options
  let state: ServiceState = 'starting'
  const stores = await createStores(options, closers)
  if (config.originals.example === true) await plantExample(stores.originals, log)
  if (options.isReachable) await awaitDatabase(() => telemetry.dependencies.ask(databaseName))
  const app = createApp(buildApp({ ...options, stores, closers, state: () => state }))
  const adminPort = isOneOfMany
    ? undefined
    : await startAdmin({ ...stores, config, log, closers, metrics: telemetry.registry })
  const server = await listen(app, {
    port: config.port,
    setting: 'PORT',
    host: config.listen_address ?? '127.0.0.1',
    requestTimeoutMs,
    longestRequestMs: longestUploadBodyMs(receiveLimitsOf(config)) + 15_000,
    maxConnections: config.max_connections,
    ...toConnectionShare(config.limits),
  })
  closers.add('http', () => server.close(drainMs))
  closers.add('lame duck', () => delay(config.lame_duck))
  state = 'ready'
  return {
    port: server.port,
    adminPort,
    close() {
      state = 'draining'
      return closers.close()
    },
  }
}

/** A trusted proxy has the connections of all its clients. */
function toConnectionShare(limits: ApiConfig['limits']): ConnectionBounds {
  const { connections_per_client: maxPerClient, trusted_proxies: proxies } = limits
  return maxPerClient === 0 || proxies > 0 ? {} : { maxPerClient, nameClient }
}

/** What the parts of the api are built from. */
export type Parts = ApiOptions & { readonly stores: Stores; readonly closers: Closers }

/** Wires the adapters that the configuration asks for to the use cases. */
function buildApp(parts: Parts & Pick<AppOptions, 'state'>): AppOptions {
  const { config, log, telemetry, stores, closers, state } = parts
  const { originals, tokens } = stores
  const renderer = parts.renderer ?? createRenderer(config, parts)
  const limits = createLimits(parts, stores.redisBreaker, closers)
  const { image, metrics } = createImages({
    ...parts,
    renderer,
    renderLimits: limits.renders,
    policy: toPolicy(config.constraints, config.webp),
  })
  registerGauges(parts)
  forgetChangedLinks(requirePostgresUrl(config.postgresql), stores.layers, log, closers)
  startSweeps(parts)
  const admission = createUploadAdmission(config.upload, () => originals.space())
  const { strip_metadata: stripMetadata } = config.originals
  const { wrongSecrets } = limits
  const { trusted_proxies: trustedProxies } = config.limits
  const clientOf = createClientOf(trustedProxies)
  return {
    image,
    clientOf,
    logClient: createLogClient({
      form: config.log.client,
      clientOf,
      isForwarded: trustedProxies > 0,
      secret: config.secret,
    }),
    storeOriginal: createStoreOriginal({
      tokens,
      originals,
      admission,
      renderer,
      stripMetadata,
      longestKeepMs: longestKeepMs(config),
      log,
    }),
    issueToken: createIssueToken({
      tokens,
      originals,
      secrets: tokenSecrets(config),
      wrongSecrets,
    }),
    receiveLimits: receiveLimitsOf(config),
    uploadOrigins: config.upload_origins,
    allowIndexing: config.allow_indexing,
    servedFolder: stores.servedFolder,
    state,
    dependencies: telemetry.dependencies,
    metrics,
    log,
  }
}

function receiveLimitsOf({ upload, constraints }: ApiConfig): ReceiveLimits {
  return toReceiveLimits(upload, constraints.max_upload_bytes)
}

/** @returns the longest that an upload takes once it is received, ms */
function longestKeepMs(config: ApiConfig): number {
  return longestIntakeMs(config) + recordingMs
}

function registerGauges({ telemetry, stores }: Parts): void {
  registerSpoolGauges(telemetry.registry, stores.spool)
  registerQueueGauges(telemetry.registry, stores.backlog)
  registerDiskGauges(telemetry.registry, () => stores.originals.space())
}

/** What is tidied up beside the requests. */
function startSweeps(parts: Parts): void {
  const { config, stores } = parts
  const { originals, tokens } = stores
  // A claim whose lease is over is that of a process that is gone, and so are its files.
  const usualLeaseMs = usualTimeoutMs + longestKeepMs(config)
  const sweepTokens = (signal: AbortSignal) => tokens.sweep(usualLeaseMs, signal)
  repeatUntilClosed('sweep of tokens', sweepTokens, sweepEveryMs, parts)
  const longestUploadMs = longestUploadBodyMs(receiveLimitsOf(config)) + longestKeepMs(config)
  const fileAgeMs = Math.max(temporaryFileAgeMs, longestUploadMs)
  const sweepFiles = () => originals.sweepTemporary(fileAgeMs)
  repeatUntilClosed('sweep of temporary files', sweepFiles, sweepEveryMs, parts)
}
