import { randomUUID } from 'node:crypto'
import type { QueueBackend } from '@iaas/queue/queue-backend'
import { createDiskSpool } from '@iaas/common/disk/spool'
import { type ObjectKey, variantDigest } from '@iaas/common/digest'
import type { ImageId, Variant } from '@iaas/common/image'
import { createSilentLogger } from '@iaas/common/log'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { Renderer } from '@iaas/common/ports/renderer'
import type { Spool } from '@iaas/common/ports/spool'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import { createDatabase } from '@iaas/stores/postgres/database'
import { createPostgresEpochs } from '@iaas/stores/postgres/epochs'
import { createPostgresLinkStore } from '@iaas/stores/postgres/link-store'
import { migrateToLatest } from '@iaas/stores/postgres/migrate'
import { createRedis } from '@iaas/stores/redis/connection'
import { createRedisSpool } from '@iaas/stores/redis/spool'
import { testCdn } from '@iaas/testing/cdn'
import { createFakeVariantStore } from '@iaas/testing/fakes/variant-store'
import { provideDatabase } from '@iaas/testing/postgres'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { type Gates, type Step, createGates } from './_gates.ts'

export const log = createSilentLogger()

export type World = Awaited<ReturnType<typeof createWorld>>

/** All that processes share: a real PostgreSQL, a real spool, originals with a life that a replacement ends, objects in memory. */
export async function createWorld(redisUrl: string | undefined) {
  const ends: (() => unknown)[] = []
  const own = <T>(part: T, end: (part: T) => unknown): T => {
    ends.push(() => end(part))
    return part
  }
  const folder = own(await createTemporaryFolder(), (it) => it[Symbol.asyncDispose]())
  const { url } = own(await provideDatabase(), (it) => it[Symbol.asyncDispose]())
  await migrateToLatest({ url })
  const gates = createGates()
  const lives = new Map<ImageId, number>()
  const objects = new Map<ObjectKey, Uint8Array>()
  const owners = new Map<string, ImageId>()
  const prefix = `t${randomUUID()}`
  const backend: QueueBackend =
    redisUrl === undefined
      ? { kind: 'postgres', url, namespace: 'bullmq' }
      : { kind: 'redis', url: redisUrl, namespace: prefix }

  const openRedis = (role: 'cache' | 'producer') =>
    redisUrl === undefined
      ? undefined
      : own(createRedis({ url: redisUrl, role, log }), (it) => it.disconnect())
  const spoolRedis = openRedis('producer')
  const bounds = { maxBytes: 2 ** 30, maxItems: 100_000, maxAgeMs: 600_000 }
  const spool =
    spoolRedis === undefined
      ? createDiskSpool({ dir: `${folder.path}/spool`, ...bounds })
      : createRedisSpool({ redis: spoolRedis, prefix, ...bounds })
  const openDatabase = (poolSize: number) =>
    own(
      createDatabase({ url, poolSize, log, statementTimeoutMs: 20_000, connectTimeoutMs: 20_000 }),
      (it) => it.destroy(),
    )
  const db = openDatabase(4)

  return {
    url,
    prefix,
    folder: folder.path,
    backend,
    gates,
    lives,
    objects,
    epochs: createPostgresEpochs(db),
    links: createPostgresLinkStore(db, { cdn: testCdn }),
    openDatabase,
    openRedis,
    own,
    spool: gateSpool(spool, gates, owners),
    variants: gateVariants(createFakeVariantStore({ objects }), gates, objects),
    originals: createOriginals(lives, gates),
    renderer: createLifeRenderer(gates),
    know: (variant: Variant) => void owners.set(variantDigest(variant), variant.id),
    async [Symbol.asyncDispose]() {
      for (const end of ends.toReversed()) await end()
    },
  }
}

export const textOf = (id: string, life: number) => `${id} in life ${life}`
export const idOfBytes = (bytes: Uint8Array) => Buffer.from(bytes).toString().split(' ')[0]

function gateSpool(spool: Spool, gates: Gates, owners: ReadonlyMap<string, ImageId>): Spool {
  const pass = (step: Step, digest: string) => gates.pass(step, owners.get(digest))
  return {
    ...spool,
    async get(digest) {
      await pass('spool asked', digest)
      return spool.get(digest)
    },
    async put(digest, spooled) {
      await spool.put(digest, spooled)
      await pass('spool written', digest)
    },
    async drop(digest) {
      await pass('spool dropped', digest)
      await spool.drop(digest)
    },
  }
}

function gateVariants(
  variants: VariantStore,
  gates: Gates,
  objects: ReadonlyMap<ObjectKey, Uint8Array>,
): VariantStore {
  return {
    ...variants,
    async put(key, bytes, mime) {
      await gates.pass('object put', idOfBytes(bytes))
      await variants.put(key, bytes, mime)
      await gates.pass('object stored', idOfBytes(objects.get(key) ?? bytes))
    },
  }
}

function createOriginals(lives: ReadonlyMap<ImageId, number>, gates: Gates): OriginalStore {
  const unused = () => Promise.reject(new Error('Only asked for originals.'))
  return {
    async find(id): Promise<OriginalRef | undefined> {
      const life = lives.get(id)
      await gates.pass('original found', id)
      return life === undefined
        ? undefined
        : { id, version: `${life}.a`, size: 9, modifiedAt: new Date(life) }
    },
    open: unused,
    isEmpty: unused,
    readHead: unused,
    createTemporary: unused,
    put: unused,
    versions: unused,
    restore: unused,
    delete: unused,
    free: unused,
    space: unused,
    sweepTemporary: unused,
  }
}

/** Renders the version that was found, as a store that keeps versions does. */
function createLifeRenderer(gates: Gates): Renderer {
  const unused = () => Promise.reject(new Error('Only renders.'))
  return {
    async render({ original: { id, version } }) {
      await gates.pass('pixels read', id)
      const bytes = Buffer.from(textOf(id, Number.parseInt(version, 10)))
      await gates.pass('rendered', id)
      return { kind: 'rendered', bytes, timing: { queueMs: 0, renderMs: 0 }, isCostly: false }
    },
    inspect: unused,
    describe: unused,
    ingest: unused,
  }
}
