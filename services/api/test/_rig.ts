import { writeFile } from 'node:fs/promises'
import { createSingleFlight } from '@iaas/common/concurrency/single-flight'
import type { Digest, ObjectKey } from '@iaas/common/digest'
import {
  type ImageId,
  type SizedRequest,
  type Variant,
  defaultOptions,
  parseImageId,
} from '@iaas/common/image'
import { createSilentLogger } from '@iaas/common/log'
import { createLinkMemory } from '@iaas/stores/memory/link-memory'
import { createTelemetry } from '@iaas/common/metrics/telemetry'
import type { LinkStore } from '@iaas/common/ports/link-store'
import type { KnownObject, ObjectLedger } from '@iaas/common/ports/object-ledger'
import type { RenderTask, RenderOutcome, Renderer } from '@iaas/common/ports/renderer'
import type { Spooled } from '@iaas/common/ports/spool'
import type { RenderLeases } from '@iaas/common/ports/render-leases'
import { testCdn } from '@iaas/testing/cdn'
import { createFakeFocalStore } from '@iaas/testing/fakes/focal-store'
import { createFakeLinkStore } from '@iaas/testing/fakes/link-store'
import { createFakeOriginalStore } from '@iaas/testing/fakes/original-store'
import { createFakePersistence } from '@iaas/testing/fakes/persistence'
import { createFakeSpool } from '@iaas/testing/fakes/spool'
import { createFakeVariantStore } from '@iaas/testing/fakes/variant-store'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { makeVariant } from '@iaas/testing/variants'
import { createFindSource } from '../src/find-source.ts'
import { answerAfresh } from '../src/epochs/answer-afresh.ts'
import { createKnownOpacity } from '../src/known-opacity.ts'
import { createKnownSizes } from '../src/known-sizes.ts'
import { createCachedLinks } from '../src/links/cached-links.ts'
import { createFindObject } from '../src/objects/find-object.ts'
import { createServeObject } from '../src/objects/serve-object.ts'
import { createOpenLinked } from '../src/proxied/open-linked.ts'
import type { RenderLimits } from '../src/limits/render-limits.ts'
import { createVariantCap } from '../src/limits/variant-cap.ts'
import { createApiMetrics } from '../src/metrics/api-metrics.ts'
import { createAwaitLease } from '../src/renditions/await-lease.ts'
import { createRenditionPersister } from '../src/renditions/persist-rendition.ts'
import { createReadSpool } from '../src/renditions/read-spool.ts'
import type { DirectPersistence } from '../src/renditions/direct-persistence.ts'
import { type FlightOutcome, createRenditions } from '../src/renditions/renditions.ts'
import { createStoredWatch } from '../src/renditions/stored-watch.ts'
import type { ImageContext } from '../src/image-context.ts'
import { createServeImage } from '../src/serve-image.ts'
import { createAnswerInPlace } from '../src/stored/answer-in-place.ts'
import type { FollowedEpochs } from '../src/epochs/known-epochs.ts'
import { createTrustedEpochs } from './epochs/_epochs.ts'

export type RigOptions = {
  readonly variantsPerOriginal?: number
  readonly leases?: RenderLeases
  readonly limits?: RenderLimits
  readonly isStoreAway?: () => boolean
  /** What lies in the spool. */
  readonly entries?: Map<Digest, Spooled>
  /** Stores renditions by itself, and nobody else does. */
  readonly storesAlone?: boolean
  /** Answers only objects that a link leads to. */
  readonly isOnlyLinked?: boolean
  /** Epochs of a process that is registered, unless given. */
  readonly epochs?: FollowedEpochs
}

/** Secret of the codes in the keys that the rig answers. */
export const linksSecret = 'a secret that all services share'

/** The miss and hit path on fakes that count, with a clock and a renderer that the test holds in its hands. */
export async function createRig(options: RigOptions = {}) {
  const { variantsPerOriginal = 0, leases, entries = new Map<Digest, Spooled>() } = options
  const { isStoreAway = () => false, storesAlone = false, isOnlyLinked = false } = options
  const { limits = { take: () => Promise.resolve() } } = options
  const folder = await createTemporaryFolder()
  const originals = createFakeOriginalStore(folder.path)
  const id = parseImageId('photo')
  await plant(originals, id)
  const persistence = createFakePersistence()
  const store = countFinds(createFakeLinkStore())
  const renderer = createHeldRenderer()
  const time = { now: 1_700_000_000_000 }
  const log = createSilentLogger()
  const flights = createSingleFlight<FlightOutcome>()
  const metrics = createApiMetrics(createTelemetry('test', log).registry, {
    flights: () => flights.size,
  })
  const { epochs = createTrustedEpochs() } = options
  const links = createCachedLinks({
    store,
    memory: createLinkMemory({ maxItems: 100, ttlMs: 60_000 }),
    shared: undefined,
    epochs,
    metrics,
    log,
  })
  const now = () => time.now
  const spool = createFakeSpool({ entries })
  const shared = { metrics, log, now }
  const persister = createRenditionPersister({
    ...shared,
    spool,
    persistence,
    direct: storesAlone ? storeIn(store) : undefined,
    variantCap: createVariantCap({
      links: store,
      perOriginal: variantsPerOriginal,
      countTtlMs: 60_000,
    }),
    maxPending: 10,
    maxPendingBytes: 2 ** 30,
    rescheduleAfterMs: 60_000,
  })
  const renditions = createRenditions({
    ...shared,
    readSpool: createReadSpool({ spool, maxBytes: 2 ** 20, maxWaitMs: 1000 }),
    flights,
    links,
    renderer,
    persister,
    awaitLease: createAwaitLease({ leases, maxWaitMs: 1000, log }),
    ...(storesAlone && { watch: createStoredWatch(spool) }),
    limits,
    epochs,
  })
  const allowedSizes = { widths: [], sizes: [] }
  const policy = { bounds: { width: 2000, height: 2000 }, webpOptIn: true, webpSwitch: false }
  const variants = createFakeVariantStore()
  const findSource = createFindSource({ originals, focalPoints: createFakeFocalStore() })
  const openLinked = createOpenLinked({ openStored: (key) => variants.open(key), links })
  const serveImage = createServeImage({
    policy,
    allowedSizes,
    isPresetOnly: false,
    links,
    findSource,
    cdn: testCdn,
    openLinked,
    findSize: createKnownSizes(renderer),
    findOpacity: createKnownOpacity({
      originals,
      renderer,
      shared: undefined,
      ttlMs: 60_000,
      epochs,
      log,
    }),
    renditions,
    isStoreAway,
    answerInPlace: createAnswerInPlace({ isStoreAway, findSource, renditions, epochs }),
    epochs,
  })
  const serve = answerAfresh(serveImage, epochs)
  const ledger = createFakeLedger()
  const findObject = createFindObject({ ledger, secret: linksSecret, isOnlyLinked })
  const objectParts = { findSource, links, openLinked, renditions, epochs, isStoreAway }
  const serveObject = createServeObject({ ...objectParts, findObject })
  return {
    id,
    epochs,
    serve: (part: Partial<SizedRequest> = {}, context: Partial<ImageContext> = {}) =>
      serve(makeRequest(id, part), { ...plainContext(), ...context }),
    serveObject: (key: ObjectKey, context: Partial<ImageContext> = {}) =>
      serveObject(key, { ...plainContext(), ...context }),
    ledger,
    originals,
    store,
    variants,
    spool,
    entries,
    persistence,
    renderer,
    time,
    drain: () => persister.drain(),
    retry: () => persister.retry(),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

function makeRequest(id: ImageId, part: Partial<SizedRequest>): SizedRequest {
  return {
    kind: 'sized',
    id,
    width: 100,
    height: 80,
    scale: 1,
    format: 'jpg',
    options: defaultOptions,
    ...part,
  }
}

/** The variant of `makeRequest` without a part. */
export function plainVariant(id: ImageId): Variant {
  return makeVariant({ id, width: 100, height: 80 })
}

function plainContext(): ImageContext {
  const { signal } = new AbortController()
  return {
    accepted: [],
    headOnly: false,
    isFresh: () => false,
    signal: () => signal,
    client: () => 'test',
  }
}

async function plant(originals: ReturnType<typeof createFakeOriginalStore>, id: ImageId) {
  const file = await originals.createTemporary()
  await writeFile(file.path, 'an image')
  await originals.put(id, file)
}

/** The ledger of objects, which tests fill. */
function createFakeLedger() {
  const known = new Map<ObjectKey, KnownObject>()
  const ledger: ObjectLedger & { finds: number } = {
    finds: 0,
    async find(key) {
      ledger.finds += 1
      return known.get(key)
    },
  }
  return Object.assign(ledger, { known })
}

/** Records the link of a rendition at once. */
function storeIn(store: LinkStore): DirectPersistence {
  return {
    async store({ variant, renderedAt }) {
      await store.record(variant, { address: 'https://cdn.example/stored' }, renderedAt)
      return true
    },
    release() {},
    findLeft: () => Promise.resolve([]),
  }
}

function countFinds(store: LinkStore): LinkStore & { finds: number } {
  const counting = {
    ...store,
    finds: 0,
    find(variant: Variant) {
      counting.finds += 1
      return store.find(variant)
    },
  }
  return counting
}

/** Renders when the test says so; by itself where it is not held. */
function createHeldRenderer() {
  const jobs: RenderTask[] = []
  let gate: Promise<void> = Promise.resolve()
  let outcome: RenderOutcome = {
    kind: 'rendered',
    bytes: Buffer.from('rendition'),
    timing: { queueMs: 1, renderMs: 2 },
    isCostly: false,
  }
  const renderer: Renderer = {
    describe: () => Promise.reject(new Error('Nothing is described here.')),
    inspect: () => Promise.resolve({ format: 'jpg', size: { width: 600, height: 400 } }),
    async render(job, signal) {
      jobs.push(job)
      await Promise.race([gate, aborted(signal)])
      return outcome
    },
    ingest: () => Promise.reject(new Error('Nothing is uploaded here.')),
  }
  return {
    ...renderer,
    jobs,
    /** @returns what lets the renders go on */
    hold(): () => void {
      let open = () => {}
      gate = new Promise((resolve) => {
        open = resolve
      })
      return open
    },
    answer(other: RenderOutcome) {
      outcome = other
    },
  }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error))
  })
}
