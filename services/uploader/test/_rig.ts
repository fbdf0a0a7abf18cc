import { randomUUID } from 'node:crypto'
import { openQueue } from '@iaas/queue/open-queue'
import { createPersistence } from '@iaas/queue/persistence'
import type { QueueBackend, QueueServer } from '@iaas/queue/queue-backend'
import { type ObjectKey, objectKey, variantDigest } from '@iaas/common/digest'
import { queueNames } from '@iaas/common/jobs/queues'
import { createSilentLogger } from '@iaas/common/log'
import { createObjectKeys } from '@iaas/common/object-keys'
import type { WaitingRendition } from '@iaas/common/ports/persistence'
import { createFakeLinkStore } from '@iaas/testing/fakes/link-store'
import { createFakeSpool } from '@iaas/testing/fakes/spool'
import { createFakeVariantStore } from '@iaas/testing/fakes/variant-store'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { type UploaderOptions, createUploader } from '../src/create-uploader.ts'
import { type RenditionWork, createRenditionJobs } from '../src/handlers/rendition-jobs.ts'
import { createGiveUp } from '../src/handlers/give-up.ts'
import { createPutObject } from '../src/handlers/put-object.ts'
import { createRecordLink } from '../src/handlers/record-link.ts'
import { bytesOf, createCountingRenderer, createOriginalsThat } from './_fakes.ts'

const log = createSilentLogger()

/** Queues of its own on a real server, and everything behind them in memory. */
export function createRig(server: QueueServer) {
  const namespace = `t_${randomUUID().replaceAll('-', '')}`
  const backend: QueueBackend = { ...server, namespace }
  const objects = new Map<ObjectKey, Uint8Array>()
  const variants = createFakeVariantStore({ objects })
  const spool = createFakeSpool()
  const keys = createObjectKeys(undefined)
  const links = createFakeLinkStore()
  const renderer = createCountingRenderer()
  const originals = createOriginalsThat(true)
  const persistence = createPersistence({ backend, log, timeoutMs: 10_000 })
  const opened: ReturnType<typeof openQueue>[] = []

  return {
    backend,
    objects,
    variants,
    spool,
    links,
    renderer,
    persistence,
    handlers: {
      keys,
      putObject: createPutObject({
        keys,
        spool,
        variants,
        links,
        epochs: { of: async () => ({ epoch: 0, isGone: false }) },
        storeOutage: () => undefined,
        originals,
        renderer,
      }),
      recordLink: createRecordLink({
        keys,
        links,
        variants,
        spool,
        metrics: { linked: () => {}, fenced: () => {} },
        now: Date.now,
      }),
      giveUp: createGiveUp({ spool }),
    },
    uploader(part: Partial<UploaderOptions & RenditionWork> = {}) {
      return createUploader({
        backend,
        handlers: createRenditionJobs({ ...this.handlers, ...part }),
        concurrency: 4,
        metrics: { job: () => {} },
        log,
        lockMs: 500,
        ...part,
      })
    },
    queue(name: string) {
      const open = openQueue(backend, name, log)
      opened.push(open)
      return open.get()
    },
    /** As the api does after a render. */
    async persist(rendition: WaitingRendition, text = 'spooled') {
      const spooled = { bytes: bytesOf(text), renderedAt: rendition.renderedAt }
      await spool.put(variantDigest(rendition.variant), spooled)
      await persistence.schedule(rendition)
    },
    /** As `persist`, again and again until the queue takes it. */
    async persistAtLast(rendition: WaitingRendition) {
      await until(() =>
        this.persist(rendition).then(
          () => true,
          () => false,
        ),
      )
    },
    async untilLinked({ variant, renderedAt }: WaitingRendition) {
      const key = objectKey(variant, renderedAt)
      await until(async () => (await links.find(variant))?.key === key)
    },
    async untilIdle() {
      const queues = await Promise.all(Object.values(queueNames).map((name) => this.queue(name)))
      await until(async () => {
        const counts = await Promise.all(
          queues.map((queue) =>
            queue.getJobCountByTypes(
              'wait',
              'active',
              'delayed',
              'waiting-children',
              'prioritized',
            ),
          ),
        )
        return counts.every((count) => count === 0)
      })
    },
    async [Symbol.asyncDispose]() {
      await persistence[Symbol.asyncDispose]()
      for (const open of opened) await open.close()
    },
  }
}

let time = 1_764_000_000_000

/** A rendition that no other call has made. */
export function newRendition(part: Partial<WaitingRendition> = {}): WaitingRendition {
  time += 1000
  return { variant: makeVariant(), renderedAt: time, ...part }
}
