import { createAnswerInPlace } from '@iaas/api/stored/answer-in-place'
import { answerAfresh } from '@iaas/api/epochs/answer-afresh'
import { type FollowedEpochs, createKnownEpochs } from '@iaas/api/epochs/known-epochs'
import { createFindSource } from '@iaas/api/find-source'
import { createVariantCap } from '@iaas/api/limits/variant-cap'
import { createCachedLinks } from '@iaas/api/links/cached-links'
import { forgetChangedLinks } from '@iaas/api/links/forget-changed-links'
import { createApiMetrics } from '@iaas/api/metrics/api-metrics'
import { createAwaitLease } from '@iaas/api/renditions/await-lease'
import { createDirectPersistence } from '@iaas/api/renditions/direct-persistence'
import { createRenditionPersister } from '@iaas/api/renditions/persist-rendition'
import { createReadSpool } from '@iaas/api/renditions/read-spool'
import { type FlightOutcome, createRenditions } from '@iaas/api/renditions/renditions'
import { type ServeImage, createServeImage } from '@iaas/api/serve-image'
import { createSingleFlight } from '@iaas/common/concurrency/single-flight'
import { createRenditionJournal } from '@iaas/common/disk/rendition-journal'
import { createTelemetry } from '@iaas/common/metrics/telemetry'
import type { LinkStore } from '@iaas/common/ports/link-store'
import type { StoreRendition } from '@iaas/common/ports/persistence'
import { createPersistence } from '@iaas/queue/persistence'
import { createLinkMemory } from '@iaas/stores/memory/link-memory'
import { createPostgresEpochFeed } from '@iaas/stores/postgres/epoch-feed'
import { createPostgresLinkChanges } from '@iaas/stores/postgres/link-changes'
import { createPostgresLinkStore } from '@iaas/stores/postgres/link-store'
import { createRedisLinkCache } from '@iaas/stores/redis/link-cache'
import { createRedisRenderLeases } from '@iaas/stores/redis/render-leases'
import { testCdn } from '@iaas/testing/cdn'
import { createFakeFocalStore } from '@iaas/testing/fakes/focal-store'
import { type World, log } from './_world.ts'

export type ApiProcess = {
  readonly serve: ServeImage
  readonly epochs: FollowedEpochs
  readonly drain: () => Promise<void>
}

const policy = { bounds: { width: 2000, height: 2000 }, webpOptIn: true, webpSwitch: false }

/**
 * An api as it is wired in production, without HTTP.
 *
 * @param storeRendition stores renditions in the process, as standalone does
 */
export function startProcess(
  world: World,
  name: string,
  storeRendition?: StoreRendition,
): ApiProcess {
  const { gates, spool, originals, renderer, own } = world
  const epochs = createKnownEpochs()
  const memory = createLinkMemory({ maxItems: 100_000, ttlMs: 25_000 })
  epochs.onRaise((raised) => memory.deleteOf(raised))
  const cacheRedis = world.openRedis('cache')
  const redis = world.openRedis('producer')
  const { prefix, url } = world
  const shared =
    cacheRedis && createRedisLinkCache({ redis: cacheRedis, prefix, cdn: testCdn, ttlMs: 25_000 })
  const leases = redis && createRedisRenderLeases({ redis, prefix, lifeMs: 3000 })
  const metrics = createApiMetrics(createTelemetry('test', log).registry, { flights: () => 0 })
  const store = createPostgresLinkStore(world.openDatabase(4), {
    cdn: testCdn,
    noteEpoch: (id, epoch) => epochs.note(id, epoch),
  })
  const links = createCachedLinks({
    store: gateLookups(store, gates),
    memory,
    shared,
    epochs,
    metrics,
    log,
  })
  const queue = own(createPersistence({ backend: world.backend, log }), (it) =>
    it[Symbol.asyncDispose](),
  )
  const journal = createRenditionJournal(`${world.folder}/journal-${name}`)
  const persister = createRenditionPersister({
    spool,
    persistence: {
      async schedule(rendition) {
        await queue.schedule(rendition)
        await gates.pass('flow queued', rendition.variant.id)
      },
    },
    direct: storeRendition && createDirectPersistence({ journal, storeRendition, log }),
    variantCap: createVariantCap({ links: store, perOriginal: 0, countTtlMs: 60_000 }),
    metrics,
    log,
    maxPending: 10_000,
    maxPendingBytes: 2 ** 30,
    rescheduleAfterMs: 60_000,
    now: Date.now,
  })
  const renditions = createRenditions({
    flights: createSingleFlight<FlightOutcome>(),
    readSpool: createReadSpool({ spool, maxBytes: 2 ** 20, maxWaitMs: 20_000 }),
    links,
    renderer,
    persister,
    awaitLease: createAwaitLease({ leases, maxWaitMs: 100, log }),
    limits: { take: () => Promise.resolve() },
    epochs,
    metrics,
    log,
    now: Date.now,
  })
  const findSource = createFindSource({ originals, focalPoints: createFakeFocalStore() })
  const isStoreAway = () => false
  const unread = () => Promise.resolve({ kind: 'unread', isStored: true } as const)
  const unused = () => Promise.reject(new Error('Neither size nor opacity is asked for.'))
  const serve = createServeImage({
    policy,
    allowedSizes: { widths: [], sizes: [] },
    isPresetOnly: false,
    links,
    findSource,
    cdn: testCdn,
    openLinked: unread,
    findSize: unused,
    findOpacity: unused,
    renditions,
    isStoreAway,
    answerInPlace: createAnswerInPlace({ isStoreAway, findSource, renditions, epochs }),
    epochs,
  })
  const changes = createPostgresLinkChanges({ url, log })
  own(forgetChangedLinks(changes, { layers: { memory, shared }, epochs }, log), (it) =>
    it[Symbol.asyncDispose](),
  )
  own(createPostgresEpochFeed({ url, process: name, log }).subscribe(epochs), (it) =>
    it[Symbol.asyncDispose](),
  )
  return { serve: answerAfresh(serve, epochs), epochs, drain: () => persister.drain() }
}

function gateLookups(store: LinkStore, gates: World['gates']): LinkStore {
  return {
    ...store,
    async find(variant) {
      const { id } = variant
      await gates.pass('lookup begun', id)
      const link = await store.find(variant)
      await gates.pass('lookup done', id)
      return link
    },
  }
}
