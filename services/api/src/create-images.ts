import { createSingleFlight } from '@iaas/common/concurrency/single-flight'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { toFolders } from '@iaas/common/disk/config'
import { createRenditionJournal } from '@iaas/common/disk/rendition-journal'
import type { Policy } from '@iaas/common/image'
import { repeatUntilClosed } from '@iaas/common/lifecycle/repeat'
import type { Renderer } from '@iaas/common/ports/renderer'
import type { AppOptions } from './app.ts'
import type { Parts } from './create-api.ts'
import { createTurns } from './create-turns.ts'
import { createUnsentAnswers } from '@iaas/common/http/unsent-answers'
import { createKnownSizes } from './known-sizes.ts'
import type { RenderLimits } from './limits/render-limits.ts'
import { createVariantCap } from './limits/variant-cap.ts'
import { createCachedLinks } from './links/cached-links.ts'
import { createKnownTargets } from './links/known-targets.ts'
import { type ApiMetrics, createApiMetrics } from './metrics/api-metrics.ts'
import { toOffer } from './offer/config.ts'
import { type DirectPersistence, createDirectPersistence } from './renditions/direct-persistence.ts'
import {
  type RenditionPersister,
  createRenditionPersister,
} from './renditions/persist-rendition.ts'
import { type MissOutcome, createRenditions } from './renditions/renditions.ts'
import { createReadSpool } from './renditions/read-spool.ts'
import { createOpenStored } from './proxied/open-stored.ts'
import { createPlaces, maxProxied } from './proxied/places.ts'
import { createServeImage } from './serve-image.ts'
import { createServeOriginal } from './serve-original.ts'
import { toSigner } from './signing/config.ts'
import { createAnswerInPlace } from './stored/answer-in-place.ts'

/** Their texts are longer than the links themselves: some 20 MB. */
const maxTargets = 100_000

/** A sixteenth of what a container of an api is given in our examples. */
const maxUnsentBytes = 64 * 2 ** 20
/** Bytes that are read from the spool at once, before they are part of an answer. */
const maxSpoolBytes = 64 * 2 ** 20
/** How long a read of the spool waits for room, ms. */
const spoolPatienceMs = 2000
/** How long such an answer keeps its place when all are taken, ms. */
const graceMs = 5000
const maxPendingPersists = 256
/** The bytes of renditions that are on their way into the spool or the store. */
const maxPendingBytes = 64 * 2 ** 20
/** How long renditions may take into the spool and the queue when the service ends, ms. */
const drainLimitMs = 5000
const rescheduleAfterMs = 60_000
const variantCountTtlMs = 60_000
/** How often is tried again to queue what the queue did not take. */
const retryEveryMs = 2000

export type ImagesOptions = Omit<Parts, 'renderer'> & {
  readonly renderer: Renderer
  readonly renderLimits: RenderLimits
  readonly policy: Policy
}

type Images = { readonly image: AppOptions['image']; readonly metrics: ApiMetrics }

/** All that answers requests for images, from the lookup of a link to the render. */
export function createImages(options: ImagesOptions): Images {
  const { config, log, telemetry, stores, closers, renderer, policy } = options
  const { originals, variants, spool, layers } = stores
  const flights = createSingleFlight<MissOutcome>()
  const metrics = createApiMetrics(telemetry.registry, { flights: () => flights.size })
  const links = createCachedLinks({ store: stores.links, ...layers, metrics, log })
  const renditions = createRenditions({
    flights,
    readSpool: createReadSpool({ spool, maxBytes: maxSpoolBytes, patienceMs: spoolPatienceMs }),
    links,
    renderer,
    persister: createPersister(options, metrics),
    awaitTurn: createTurns(options, stores.redisBreaker, closers),
    limits: options.renderLimits,
    metrics,
    log,
    now: Date.now,
  })
  const places = createPlaces({ maxPlaces: maxProxied, graceMs, now: () => performance.now() })
  const offer = toOffer(config.offer)
  const { isStoreAway } = stores
  return {
    metrics,
    image: {
      policy,
      serveImage: createServeImage({
        policy,
        offer,
        links,
        originals,
        variants,
        openStored: createOpenStored(variants, places),
        findSize: createKnownSizes(renderer),
        renditions,
        answerInPlace: createAnswerInPlace({ isStoreAway, variants, originals, renditions }),
      }),
      serveOriginal: createServeOriginal(originals),
      redirectMaxAge: config.redirect_cache_timeout,
      signer: toSigner(config.signing),
      isStoreAway,
      isStoreServed: stores.servedFolder !== undefined,
      knownTargets: createKnownTargets({ memory: layers.memory, maxTargets, metrics }),
      unsent: createUnsentAnswers(maxUnsentBytes),
    },
  }
}

function createPersister(options: ImagesOptions, metrics: ApiMetrics): RenditionPersister {
  const { config, log, stores, closers } = options
  const persister = createRenditionPersister({
    spool: stores.spool,
    persistence: stores.persistence,
    direct: createDirect(options),
    variantCap: createVariantCap({
      links: stores.links,
      perOriginal: config.limits.variants_per_original,
      countTtlMs: variantCountTtlMs,
    }),
    metrics,
    log,
    maxPending: maxPendingPersists,
    maxPendingBytes,
    rescheduleAfterMs,
    now: Date.now,
  })
  // The rest waits in the spool, and is queued by the next request for it.
  closers.add('renditions', () => withDeadline(persister.drain(), drainLimitMs))
  void persister.resume()
  repeatUntilClosed('retry of renditions', () => persister.retry(), retryEveryMs, options)
  return persister
}

function createDirect(options: ImagesOptions): DirectPersistence | undefined {
  const { config, log, storeRendition } = options
  if (storeRendition === undefined) return undefined
  const journal = createRenditionJournal(toFolders(config).journal)
  return createDirectPersistence({ journal, storeRendition, log })
}
