import { createDiskDeletionLog } from '@iaas/common/disk/deletion-log'
import { createRemoveTraces } from '@iaas/common/disk/remove-traces'
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import type { ObjectKey } from '@iaas/common/digest'
import { createDiskOriginalStore } from '@iaas/common/disk/original-store'
import { type ImageId, parseImageId } from '@iaas/common/image'
import { createSilentLogger } from '@iaas/common/log'
import { createObjectKeys } from '@iaas/common/object-keys'
import type { CdnPurger } from '@iaas/common/ports/cdn-purger'
import type { NewPurge, Purge, PurgeId } from '@iaas/common/ports/purges'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import { openQueues } from '@iaas/queue/open-queues'
import { createPersistence } from '@iaas/queue/persistence'
import { createPurgeOrders } from '@iaas/queue/purge-orders'
import type { QueueServer } from '@iaas/queue/queue-backend'
import { createPostgresCollectionWork } from '@iaas/stores/postgres/collections/collection-work'
import { createPostgresCollections } from '@iaas/stores/postgres/collections/collections'
import { createDatabase } from '@iaas/stores/postgres/database'
import { createPostgresLinkStore } from '@iaas/stores/postgres/link-store'
import { migrateToLatest } from '@iaas/stores/postgres/migrate'
import { createPostgresPurges } from '@iaas/stores/postgres/purges/purges'
import { testCdn } from '@iaas/testing/cdn'
import { createFakeSpool } from '@iaas/testing/fakes/spool'
import { createFakeVariantStore } from '@iaas/testing/fakes/variant-store'
import { provideDatabase, query } from '@iaas/testing/postgres'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { startPurges } from '../../src/start-purges.ts'

const log = createSilentLogger()
export const renderedAt = 1_764_000_000_000
export const keys = createObjectKeys('secret')

/** A database of its own, queues on the server, a folder of originals, and the other stores in memory. */
export async function createPurgeRig(server: QueueServer, store?: VariantStore) {
  const backend = { ...server, namespace: `t_${randomUUID().replaceAll('-', '')}` }
  const database = await provideDatabase()
  const { url } = database
  await migrateToLatest({ url })
  const folder = await createTemporaryFolder()
  const db = createDatabase({ url, poolSize: 5, log })
  const objects = new Map<ObjectKey, Uint8Array>()
  const variants = store ?? createFakeVariantStore({ objects })
  const spool = createFakeSpool()
  const originals = createDiskOriginalStore({ dir: folder.path })
  const links = createPostgresLinkStore(db, { cdn: testCdn })
  const purges = createPostgresPurges(db)
  const orders = createPurgeOrders(backend, log)
  const queues = openQueues(backend, log)
  const persistence = createPersistence({ backend, log, timeoutMs: 10_000 })

  return {
    url,
    objects,
    variants,
    spool,
    originals,
    persistence,
    queues,
    purges,
    collections: createPostgresCollections(db),
    collectionWork: createPostgresCollectionWork(db),
    sql: (text: string) => query(url, text),
    /** Stores an original with this number of variants. */
    async plant(name: string, count: number): Promise<ImageId> {
      const id = parseImageId(name)
      await using file = await originals.createTemporary()
      await writeFile(file.path, name)
      await originals.put(id, file)
      await Promise.all(
        Array.from({ length: count }, async (_, index) => {
          const variant = makeVariant({ id, width: 10 + index })
          const key = keys.of({ variant, renderedAt })
          await variants.put(key, Buffer.from(name), 'image/jpeg')
          await links.record(variant, { key }, renderedAt)
        }),
      )
      return id
    },
    async order(part: Partial<NewPurge>): Promise<PurgeId> {
      const options = { now: true, keep_seconds: 3600, ...part.options }
      const asked = { who: 'test', selector: { everything: true }, ...part, options } as NewPurge
      const { purge, order } = await purges.create(asked)
      await orders.add(order)
      return purge.id
    },
    async resume(id: PurgeId): Promise<void> {
      await purges.change(id, 'running')
      await orders.add(await purges.order(id))
    },
    /** Orders a purge at once although it rests. */
    async wake(id: PurgeId): Promise<void> {
      await query(url, `UPDATE purges SET rests_until = now() WHERE id = '${id}'`)
      await orders.add(await purges.order(id))
    },
    async untilEnd(id: PurgeId, limitMs?: number): Promise<Purge | undefined> {
      await until(async () => (await purges.find(id))?.finishedAt !== undefined, limitMs)
      return purges.find(id)
    },
    /** Starts what an uploader has for purges. */
    start(
      changes: Partial<VariantStore> = {},
      cdns: readonly CdnPurger[] = [],
      settleMs = 0,
    ): AsyncDisposable {
      const parts = startPurges({
        config: {
          postgresql: { poolSize: 4, preparesStatements: true, url },
        },
        url,
        store: { variants: { ...variants, ...changes }, cdn: testCdn },
        spool,
        opened: {
          originals,
          removeTraces: createRemoveTraces(folder.path),
          deletionLog: createDiskDeletionLog({ originalsDir: folder.path }),
        },
        queues,
        backend,
        cdns,
        cdnRetries: { maxTries: 3, firstRetryMs: 1 },
        metrics: { job: () => {}, collected: () => {} },
        listingRestMs: 0,
        settleMs,
        log,
      })
      return {
        async [Symbol.asyncDispose]() {
          for (const [, part] of parts.toReversed()) await part[Symbol.asyncDispose]()
        },
      }
    },
    async [Symbol.asyncDispose]() {
      for (const part of [persistence, orders, queues]) await part[Symbol.asyncDispose]()
      await db.destroy()
      await database[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}
