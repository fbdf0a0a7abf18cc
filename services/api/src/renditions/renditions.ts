import { keyInEpoch, renditionDigest } from '@iaas/common/digest'
import type { FlightWork, SingleFlight } from '@iaas/common/concurrency/single-flight'
import { type AppError, isAppError } from '@iaas/common/errors'
import { type Size, type Variant, variantKey } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { Epoch } from '@iaas/common/ports/epochs'
import type { Link } from '@iaas/common/ports/link-store'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { RenderNote, RenderTiming, Renderer } from '@iaas/common/ports/renderer'
import type { Spooled } from '@iaas/common/ports/spool'
import type { RenderLease } from '@iaas/common/ports/render-leases'
import type { KnownEpochs } from '../epochs/known-epochs.ts'
import type { CachedLinks } from '../links/cached-links.ts'
import type { RenderLimits } from '../limits/render-limits.ts'
import type { ApiMetrics } from '../metrics/api-metrics.ts'
import type { AwaitLease } from './await-lease.ts'
import type { RenditionPersister } from './persist-rendition.ts'
import type { ReadSpool } from './read-spool.ts'
import { type Mark, type StoredWatch, blindWatch } from './stored-watch.ts'

/** Outcome of a request for a variant without a link. */
export type MissOutcome =
  | {
      readonly kind: 'rendered'
      readonly bytes: Uint8Array
      readonly timing: RenderTiming
      readonly note?: RenderNote | undefined
    }
  | { readonly kind: 'spooled'; readonly bytes: Uint8Array }
  /** It was stored in the meantime. */
  | { readonly kind: 'linked'; readonly link: Link }
  | { readonly kind: 'out-of-bounds'; readonly source: Size }

/** Outcome of a flight. `refused`: the client that started it is over its limit; the others have their own. */
export type FlightOutcome =
  MissOutcome | { readonly kind: 'refused'; readonly client: string; readonly error: AppError }

export type RenditionsOptions = {
  readonly flights: SingleFlight<FlightOutcome>
  readonly readSpool: ReadSpool
  readonly links: CachedLinks
  readonly renderer: Renderer
  readonly persister: RenditionPersister
  readonly awaitLease: AwaitLease
  /** Spares lookups if this process alone stores renditions; by default others do as well. */
  readonly watch?: StoredWatch
  readonly limits: RenderLimits
  readonly epochs: Pick<KnownEpochs, 'areKnown'>
  readonly metrics: ApiMetrics
  readonly log: Logger
  /** ms since the epoch. */
  readonly now: () => number
}

export type Renditions = {
  /** Returns the mark of a job whose link is looked up from now on. */
  mark(): Mark
  /** Renders a variant. An aborted signal removes one caller; the render is cancelled with the last one. */
  get(
    job: RenditionJob,
    signal: AbortSignal,
  ): Promise<MissOutcome & { readonly coalesced: boolean }>
}

/** Keeps a flight joinable until this settles; it never rejects. true: the rendition is in the spool. */
type Hold = (until: Promise<boolean>) => void

export type RenditionJob = {
  readonly variant: Variant
  readonly original: OriginalRef
  /** The client; see `clientOf`. */
  readonly client: string
  /** The object is stored but cannot be read now: it is rendered and not stored again. */
  readonly isStored: boolean
  /** A moment before the link was looked up. */
  readonly mark?: Mark
  /** Epoch of the original, noted before it was looked up; undefined: 0. */
  readonly epoch?: Epoch | undefined
}

/**
 * Creates the renditions of variants that are not stored yet. Concurrent requests for a variant are coalesced into one render,
 * and the spool answers until the link is recorded.
 */
export function createRenditions(options: RenditionsOptions): Renditions {
  const { flights, readSpool, links, renderer, persister, awaitLease, limits, metrics, log, now } =
    options
  const { watch = blindWatch, epochs } = options

  async function getSpooled(job: RenditionJob, signal: AbortSignal): Promise<Spooled | undefined> {
    try {
      return await readSpool(renditionDigest(job), signal)
    } catch (error) {
      signal.throwIfAborted()
      // Rethrows: a render would cost more than the read that found no room.
      if (isAppError(error, 'RENDERER_BUSY')) throw error
      log.warn('spool lookup failed', { error })
      return undefined
    }
  }

  function serveSpooled(job: RenditionJob, spooled: Spooled, hold: Hold): MissOutcome {
    const { variant, epoch } = job
    const { bytes, renderedAt } = spooled
    if (persister.isOverdue(variant, renderedAt, epoch))
      hold(persister.reschedule(variant, renderedAt, epoch))
    return { kind: 'spooled', bytes }
  }

  async function make(job: RenditionJob, signal: AbortSignal, hold: Hold): Promise<FlightOutcome> {
    // The spool may hold what was replaced before this process started, and what it renders has no epoch to be stored in.
    if (!epochs.areKnown) return render({ ...job, isStored: true }, signal, hold)
    if (watch.isUnchangedSince(job.mark)) return render(job, signal, hold)
    const claim = await awaitLease(renditionDigest(job), signal)
    if (claim?.kind === 'lease') return makeWithLease(claim.lease, job, signal, hold)
    const spooled = await getSpooled(job, signal)
    if (spooled !== undefined) return serveSpooled(job, spooled, hold)
    return findOrRender(job, signal, hold)
  }

  async function makeWithLease(
    lease: RenderLease,
    job: RenditionJob,
    signal: AbortSignal,
    hold: Hold,
  ): Promise<FlightOutcome> {
    // The next holder finds the result in the spool, so the lease ends after the result is kept.
    const kept: Promise<boolean>[] = []
    const keep: Hold = (until) => {
      kept.push(until)
      hold(until)
    }
    try {
      return await (lease.isFollowUp ? findOrRender : render)(job, signal, keep)
    } finally {
      void Promise.all(kept).then((ends) => lease.end(ends.includes(true)))
    }
  }

  async function findOrRender(
    job: RenditionJob,
    signal: AbortSignal,
    hold: Hold,
  ): Promise<FlightOutcome> {
    // The spool drops a rendition only after its link is recorded: in this order, one of the two lookups finds it.
    const link = job.isStored ? undefined : await links.findStored(job.variant)
    return link === undefined ? render(job, signal, hold) : { kind: 'linked', link }
  }

  async function render(
    { variant, original, client, isStored, epoch }: RenditionJob,
    signal: AbortSignal,
    hold: Hold,
  ): Promise<FlightOutcome> {
    try {
      await limits.take(client, variant.id)
    } catch (error) {
      if (isAppError(error, 'TOO_MANY_RENDERS')) return { kind: 'refused', client, error }
      throw error
    }
    const outcome = await renderer.render({ original, variant, client }, signal)
    if (outcome.kind === 'out-of-bounds') return outcome
    metrics.render()
    if (!isStored) hold(persist(variant, { bytes: outcome.bytes, renderedAt: now() }, epoch))
    return outcome
  }

  /** Lets requests that come afterwards find the rendition, also if they looked for it before. */
  async function persist(variant: Variant, spooled: Spooled, epoch?: Epoch): Promise<boolean> {
    const isSpooled = await persister.persist(variant, spooled, epoch)
    links.noteStored(variant)
    watch.note(isSpooled)
    return isSpooled
  }

  return {
    mark: () => watch.mark(),
    async get(job, signal) {
      for (;;) {
        let coalesced = true
        const work: FlightWork<FlightOutcome> = (flightSignal, hold) => {
          coalesced = false
          return make(job, flightSignal, hold)
        }
        const outcome = await flights.join(flightKey(job), work, signal)
        if (outcome.kind !== 'refused') return { ...outcome, coalesced }
        // Each client starts at most one flight: its own refusal ends its request.
        if (outcome.client === job.client) throw outcome.error
      }
    },
  }
}

/** Names a flight by its variant, and the version and epoch of its original: a replaced original is rendered anew. */
function flightKey({ variant, original, epoch }: RenditionJob): string {
  return `${original.version} ${keyInEpoch(variantKey(variant), epoch)}`
}
