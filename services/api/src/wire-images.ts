import { createSingleFlight } from '@iaas/common/concurrency/single-flight'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { Logger } from '@iaas/common/log'
import type { FocalStore } from '@iaas/common/ports/focal-store'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { Renderer } from '@iaas/common/ports/renderer'
import type { Policy } from '@iaas/common/image'
import { createUnsentAnswers } from '@iaas/common/http/unsent-answers'
import type { Registry } from 'prom-client'
import type { AppOptions } from './app.ts'
import { capacities, durations } from './capacities.ts'
import type { ApiConfig } from './config.ts'
import { answerAfresh } from './epochs/answer-afresh.ts'
import { createKnownOpacity } from './known-opacity.ts'
import { createKnownSizes } from './known-sizes.ts'
import { createFindSource } from './find-source.ts'
import type { RenderLimits } from './limits/render-limits.ts'
import { createVariantCap } from './limits/variant-cap.ts'
import { createCachedLinks } from './links/cached-links.ts'
import { type ApiMetrics, createApiMetrics } from './metrics/api-metrics.ts'
import { tagHeadersOf } from '@iaas/stores/cdn/config'
import { createTagAnswer } from './http/tag-answers.ts'
import { type FastLane, createFastLane, noFastLane } from './fast-lane/fast-lane.ts'
import type { ServeObject } from './objects/serve-object.ts'
import { createOpenLinked } from './proxied/open-linked.ts'
import { createOpenStored } from './proxied/open-stored.ts'
import { createPlaces, maxProxied } from './proxied/places.ts'
import { createAwaitLease } from './renditions/await-lease.ts'
import type { DirectPersistence } from './renditions/direct-persistence.ts'
import {
  type RenditionPersister,
  createRenditionPersister,
} from './renditions/persist-rendition.ts'
import { createReadSpool } from './renditions/read-spool.ts'
import { type FlightOutcome, createRenditions } from './renditions/renditions.ts'
import { blindWatch, createStoredWatch } from './renditions/stored-watch.ts'
import { createServeImage } from './serve-image.ts'
import type { Facts } from './facts/find-facts.ts'
import { createServeFacts } from './facts/serve-facts.ts'
import { createServeOriginal } from './serve-original.ts'
import { createUrlSigner } from './signing/url-signer.ts'
import { createAnswerInPlace } from './stored/answer-in-place.ts'
import { wireServeObject } from './wire-objects.ts'
import type { Stores } from './wire-stores.ts'

export type ImagesOptions = {
  readonly config: ApiConfig
  readonly policy: Policy
  readonly stores: Stores
  readonly cdn: Cdn
  readonly originals: OriginalStore
  readonly focalPoints: FocalStore
  readonly renderer: Renderer
  /** Stores renditions in this process; undefined: the uploaders store them. */
  readonly direct: DirectPersistence | undefined
  readonly limits: RenderLimits
  readonly facts: Facts
  readonly isStoreAway: () => boolean
  readonly isStoreServed: boolean
  readonly registry: Registry
  readonly log: Logger
}

export type Images = {
  readonly image: AppOptions['image']
  readonly serveObject: ServeObject
  readonly metrics: ApiMetrics
  /** The caller drains it on shutdown. */
  readonly persister: RenditionPersister
}

/** Combines everything that answers image requests, from the lookup of a link to the render. */
export function wireImages(options: ImagesOptions): Images {
  const { config, stores, originals, focalPoints, renderer, limits, registry, log } = options
  const { direct, policy, isStoreAway, isStoreServed } = options
  const { variants, spool, layers, epochs } = stores
  const flights = createSingleFlight<FlightOutcome>()
  const metrics = createApiMetrics(registry, { flights: () => flights.size })
  const links = createCachedLinks({ store: stores.links, ...layers, epochs, metrics, log })
  const persister = wirePersister(options, metrics)
  const renditions = createRenditions({
    flights,
    readSpool: createReadSpool({
      spool,
      maxBytes: capacities.spoolBytes,
      maxWaitMs: durations.spoolWait,
    }),
    links,
    renderer,
    persister,
    awaitLease: createAwaitLease({
      leases: stores.leases,
      maxWaitMs: durations.renderLeaseWait,
      log,
    }),
    // Processes that share a Redis store the renditions of each other.
    watch:
      direct !== undefined && stores.leases === undefined ? createStoredWatch(spool) : blindWatch,
    limits,
    epochs,
    metrics,
    log,
    now: Date.now,
  })
  const { keys } = config.signing
  const findSource = createFindSource({ originals, focalPoints })
  const places = createPlaces({
    maxPlaces: maxProxied,
    graceMs: durations.proxiedGrace,
    now: () => performance.now(),
  })
  const openLinked = createOpenLinked({ openStored: createOpenStored(variants, places), links })
  const serveImage = createServeImage({
    policy,
    allowedSizes: config.offer,
    isPresetOnly: config.presets.only,
    links,
    findSource,
    cdn: options.cdn,
    openLinked,
    findSize: createKnownSizes(renderer),
    findOpacity: createKnownOpacity({
      originals,
      renderer,
      shared: stores.opacity,
      ttlMs: durations.opacityTtl,
      epochs,
      log,
    }),
    renditions,
    isStoreAway,
    answerInPlace: createAnswerInPlace({ isStoreAway, findSource, renditions, epochs }),
    epochs,
  })
  const image = {
    policy,
    presets: config.presets,
    serveImage: answerAfresh(serveImage, epochs),
    serveOriginal: createServeOriginal(originals),
    serveFacts: createServeFacts({
      originals,
      focalPoints,
      facts: options.facts,
      exposeLocation: config.info.exposeLocation,
    }),
    redirectMaxAge: config.redirectCacheTimeout,
    signer: keys && createUrlSigner(keys, Date.now),
    isStoreServed,
    fastLane: wireFastLane(options, metrics),
    tagAnswer: createTagAnswer(tagHeadersOf(config.cdns)),
    unsent: createUnsentAnswers(capacities.unsentBytes),
  }
  const parts = { findSource, links, openLinked, renditions }
  const serveObject = wireServeObject(options, parts)
  return { image, serveObject, metrics, persister }
}

function wireFastLane(options: ImagesOptions, metrics: ApiMetrics): FastLane {
  const { config, stores, isStoreAway } = options
  if (!config.fastLane) return noFastLane
  return createFastLane({
    memory: stores.layers.memory,
    maxTargets: capacities.knownTargets,
    metrics,
    redirectMaxAge: config.redirectCacheTimeout,
    isStoreAway,
    isTrusted: (now) => stores.epochs.isTrusted(now),
    tagAnswer: createTagAnswer(tagHeadersOf(config.cdns)),
  })
}

function wirePersister(options: ImagesOptions, metrics: ApiMetrics): RenditionPersister {
  const { config, stores, direct, log } = options
  return createRenditionPersister({
    spool: stores.spool,
    persistence: stores.persistence,
    direct,
    variantCap: createVariantCap({
      links: stores.links,
      perOriginal: config.limits.variantsPerOriginal,
      countTtlMs: durations.variantCount,
    }),
    metrics,
    log,
    maxPending: capacities.pendingPersists,
    maxPendingBytes: capacities.pendingBytes,
    rescheduleAfterMs: durations.reschedule,
    now: Date.now,
  })
}
