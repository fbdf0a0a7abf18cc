import { type Queues, openQueues } from '@iaas/common/bullmq/open-queues'
import {
  chooseQueueBackend,
  createSpool,
  createVariantStore,
} from '@iaas/common/composition/backends'
import { watchBackends } from '@iaas/common/composition/watch-backends'
import { guard } from '@iaas/common/concurrency/guard'
import { toPolicy } from '@iaas/common/config/policy'
import { toFolders } from '@iaas/common/disk/config'
import { createDiskOriginalStore } from '@iaas/common/disk/original-store'
import { type Closers, startParts } from '@iaas/common/lifecycle/closers'
import { repeatUntilClosed } from '@iaas/common/lifecycle/repeat'
import type { Service } from '@iaas/common/lifecycle/run-service'
import type { Logger } from '@iaas/common/log'
import type { StoreRendition } from '@iaas/common/ports/persistence'
import { createDatabase } from '@iaas/common/postgres/database'
import { createPostgresLinkStore } from '@iaas/common/postgres/link-store'
import { createPostgresLinkWalk } from '@iaas/common/postgres/link-walk'
import { migrateWhenReachable } from '@iaas/common/postgres/migrate-when-reachable'
import { requirePostgresUrl } from '@iaas/common/postgres/require-url'
import type { Telemetry } from '@iaas/common/metrics/telemetry'
import type { Renderer } from '@iaas/common/ports/renderer'
import { createRenderer } from '@iaas/rendering/create-renderer'
import { type CheckLinksOptions, createCheckLinks } from './check-links.ts'
import { createClearFailed } from './clear-failed.ts'
import type { UploaderConfig } from './config.ts'
import { createUploader } from './create-uploader.ts'
import { type GiveUp, createGiveUp } from './handlers/give-up.ts'
import { createPutObject } from './handlers/put-object.ts'
import { putWithin } from './handlers/put-within.ts'
import { createRecordLink } from './handlers/record-link.ts'
import { createHastenDelayed } from './hasten-delayed.ts'
import { createUploaderMetrics } from './metrics.ts'
import { createStoreRendition } from './store-rendition.ts'

export type StartUploaderOptions = {
  readonly config: UploaderConfig
  readonly log: Logger
  readonly telemetry: Telemetry
  /** One that the caller ends; otherwise the uploader has its own, as its configuration says. */
  readonly renderer?: Renderer
}

export type Uploader = Service & {
  /** For an api in the same process, which has the bytes at hand. */
  readonly storeRendition: StoreRendition
}

/** An uploader at work, from the moment that its queue and its database can be reached. @throws ConfigError, or Error in plain words */
export async function startUploader(options: StartUploaderOptions): Promise<Uploader> {
  const { config, log } = options
  return startParts(log, async (closers) => {
    await migrateWhenReachable(requirePostgresUrl(config.postgresql), log, closers)
    const storeRendition = await workQueues(options, closers)
    return { storeRendition, close: () => closers.close() }
  })
}

/** To the variant store, besides those of jobs: for the check of links and the question whether it is there. */
const otherConnections = 4
/** A quarter of what a container of an uploader is given in our examples. */
const maxPutBytes = 128 * 2 ** 20

/** Nobody waits for these links, as jobs do that hold a place of the queue: fewer and larger commits, ms. */
const directRecordWaitMs = 300

/** Wires the adapters that the configuration asks for to the workers. */
async function workQueues(
  options: StartUploaderOptions,
  closers: Closers,
): Promise<StoreRendition> {
  const { config, log, telemetry } = options
  const metrics = createUploaderMetrics(telemetry.registry)
  const folders = toFolders(config)
  const url = requirePostgresUrl(config.postgresql)
  const { pool: poolSize, prepared: preparesStatements } = config.postgresql
  const db = createDatabase({ url, poolSize, preparesStatements, log })
  closers.add('database', () => db.destroy())
  const connections = config.uploader.concurrency + otherConnections
  const store = await createVariantStore(config, folders, closers, { connections })
  const spool = createSpool(config, folders, closers, log)
  const hasRedis = config.redis.url !== undefined
  const backends = { db, variants: store.variants, spool, hasRedis }
  const { variantStore, database } = watchBackends(telemetry.dependencies, backends)
  // While the store is away jobs fail at once, and come again later: it is not flooded by a backlog.
  const variants = guard(store.variants, variantStore, 'put')
  closers.add('dependencies', () => telemetry.dependencies.close())
  const links = createPostgresLinkStore(db)
  checkLinks({ walk: createPostgresLinkWalk(db), links, variants, metrics, log }, options, closers)
  const backend = chooseQueueBackend(config, url)
  const giveUp = createGiveUp({ spool })
  mendQueues(openQueues(backend, log, closers), giveUp, log, closers)
  const policy = toPolicy(config.constraints, config.webp)
  const putObject = createPutObject({
    spool,
    variants,
    links,
    storeOutage: () => variantStore.outage,
    originals: createDiskOriginalStore({ dir: folders.originals }),
    renderer:
      options.renderer ?? createRenderer(config, { ...options, closers, copiesReadOnly: true }),
    policy,
  })
  const uploader = createUploader({
    backend,
    putObject: putWithin(putObject, { maxBytes: maxPutBytes, policy }),
    recordLink: createRecordLink({
      links,
      variants,
      spool,
      metrics,
      now: Date.now,
    }),
    giveUp,
    concurrency: config.uploader.concurrency,
    metrics,
    log,
  })
  closers.add('workers', () => uploader[Symbol.asyncDispose]())
  const patient = createPostgresLinkStore(db, { recordWaitMs: directRecordWaitMs })
  const direct = { variants, links: guard(patient, database, 'record'), metrics }
  return createStoreRendition({ ...direct, log, now: Date.now })
}

const mendEveryMs = 60_000

/** What no attempt of a job would put right. */
function mendQueues(queues: Queues, giveUp: GiveUp, log: Logger, closers: Closers): void {
  const repeat = { log, closers }
  const clearFailed = createClearFailed({ queues, giveUp })
  repeatUntilClosed('clearing of failed jobs', clearFailed, mendEveryMs, repeat)
  const hastenDelayed = createHastenDelayed({ queues, log, now: Date.now })
  repeatUntilClosed('hastening of delayed jobs', hastenDelayed, mendEveryMs, repeat)
}

const checkEveryMs = 10_000

function checkLinks(
  parts: Omit<CheckLinksOptions, 'batch'>,
  { config, log }: StartUploaderOptions,
  closers: Closers,
): void {
  const batch = Math.ceil((config.uploader.checks_per_minute * checkEveryMs) / 60_000)
  if (batch === 0) return
  repeatUntilClosed('check of links', createCheckLinks({ ...parts, batch }), checkEveryMs, {
    log,
    closers,
  })
}
