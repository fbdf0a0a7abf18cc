import {
  chooseQueueBackend,
  createSpool,
  createVariantStore,
} from '@iaas/common/composition/backends'
import { toPolicy } from '@iaas/common/config/policy'
import { toFolders } from '@iaas/common/disk/config'
import { createDiskOriginalStore } from '@iaas/common/disk/original-store'
import { type Closers, createClosers } from '@iaas/common/lifecycle/closers'
import type { Service } from '@iaas/common/lifecycle/run-service'
import type { Logger } from '@iaas/common/log'
import { createDatabase } from '@iaas/common/postgres/database'
import { createPostgresLinkStore } from '@iaas/common/postgres/link-store'
import { migrateToLatest } from '@iaas/common/postgres/migrate'
import { requirePostgresUrl } from '@iaas/common/postgres/require-url'
import { createRenderer } from '@iaas/rendering/create-renderer'
import type { Registry } from 'prom-client'
import type { UploaderConfig } from './config.ts'
import { createUploader } from './create-uploader.ts'
import { createGiveUp } from './handlers/give-up.ts'
import { createPutObject } from './handlers/put-object.ts'
import { createRecordLink } from './handlers/record-link.ts'
import { type UploaderMetrics, createUploaderMetrics } from './metrics.ts'

/** An uploader at work, once the database has the newest schema. @throws ConfigError, or Error in plain words */
export async function startUploader(
  config: UploaderConfig,
  log: Logger,
  registry: Registry,
): Promise<Service> {
  const closers = createClosers(log)
  try {
    await migrateToLatest({ url: requirePostgresUrl(config.postgresql) })
    workQueues(config, log, closers, createUploaderMetrics(registry))
    return closers
  } catch (error) {
    await closers.close()
    throw error
  }
}

/** Wires the adapters that the configuration asks for to the workers. */
function workQueues(
  config: UploaderConfig,
  log: Logger,
  closers: Closers,
  metrics: UploaderMetrics,
): void {
  const folders = toFolders(config)
  const url = requirePostgresUrl(config.postgresql)
  const db = createDatabase({ url, poolSize: config.postgresql.pool, log })
  closers.add('database', () => db.destroy())
  const { variants } = createVariantStore(config, folders, closers)
  const spool = createSpool(config, folders, closers, log)
  const uploader = createUploader({
    backend: chooseQueueBackend(config, url),
    putObject: createPutObject({
      spool,
      variants,
      originals: createDiskOriginalStore({ dir: folders.originals }),
      renderer: createRenderer(config, closers),
      policy: toPolicy(config.constraints, config.webp),
    }),
    recordLink: createRecordLink({ links: createPostgresLinkStore(db), variants, spool }),
    giveUp: createGiveUp({ spool }),
    concurrency: config.uploader.concurrency,
    metrics,
    log,
  })
  closers.add('workers', () => uploader[Symbol.asyncDispose]())
}
