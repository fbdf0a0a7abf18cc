import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import { type Digest, renditionDigest } from '@iaas/common/digest'
import { isAppError } from '@iaas/common/errors'
import type { Variant } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { Epoch } from '@iaas/common/ports/epochs'
import type { WaitingRendition, Persistence } from '@iaas/common/ports/persistence'
import type { Spool, Spooled } from '@iaas/common/ports/spool'
import { LRUCache } from 'lru-cache'
import type { VariantCap } from '../limits/variant-cap.ts'
import type { ApiMetrics } from '../metrics/api-metrics.ts'
import type { DirectPersistence } from './direct-persistence.ts'

/** Pause between the two attempts to queue a rendition, ms; longer than that between two probes of a circuit breaker. */
const momentMs = 750

export type PersistOptions = {
  readonly spool: Spool
  readonly persistence: Persistence
  /** Stores renditions in this process; failures go to the queue. Without it, all renditions go to the queue. */
  readonly direct?: DirectPersistence | undefined
  readonly variantCap: VariantCap
  readonly metrics: ApiMetrics
  readonly log: Logger
  /** Most renditions on their way into the spool; beyond it they are served and not stored. */
  readonly maxPending: number
  /** Most bytes of these renditions. A single rendition may exceed it. */
  readonly maxPendingBytes: number
  /** Age at which a spooled rendition is queued again, ms. */
  readonly rescheduleAfterMs: number
  /** ms since the epoch. */
  readonly now: () => number
}

export type RenditionPersister = {
  /**
   * Stores a rendition, or spools it and queues its way into the variant store. Resolves to whether it waits in the spool.
   * Never rejects: no answer depends on it.
   *
   * @param epoch epoch of the original, noted before it was read
   */
  persist(variant: Variant, spooled: Spooled, epoch?: Epoch): Promise<boolean>
  /** Tells whether a spooled rendition should be queued again: it never was, or its job may be lost. */
  isOverdue(variant: Variant, renderedAt: number, epoch?: Epoch): boolean
  /** Queues a spooled rendition again and resolves to true. Never rejects. */
  reschedule(variant: Variant, renderedAt: number, epoch?: Epoch): Promise<boolean>
  /** Queues renditions that a killed process left in the journal. Never rejects. */
  resume(): Promise<void>
  /** Queues renditions that the queue refused before. Never rejects. */
  retry(): Promise<void>
  /** Resolves once no rendition is pending. */
  drain(): Promise<void>
}

export function createRenditionPersister(options: PersistOptions): RenditionPersister {
  const { spool, persistence, direct, variantCap, metrics, log } = options
  const { maxPending, maxPendingBytes, rescheduleAfterMs, now } = options
  const pending = new Set<Promise<unknown>>()
  let pendingBytes = 0
  // Renditions that the queue refused. Bounded: evicted ones are stored by a later request.
  const unscheduled = new LRUCache<Digest, WaitingRendition>({ max: 10_000 })

  const scheduleOnce = (rendition: WaitingRendition) => persistence.schedule(rendition)

  /** Tries twice: a circuit that opened for a moment is closed by the second attempt. */
  async function scheduleTwice(rendition: WaitingRendition): Promise<void> {
    try {
      await scheduleOnce(rendition)
    } catch (error) {
      if (!isAppError(error, 'STORE_UNAVAILABLE')) throw error
      await delay(momentMs)
      await scheduleOnce(rendition)
    }
  }

  async function schedule(rendition: WaitingRendition, attempt = scheduleOnce): Promise<boolean> {
    try {
      await attempt(rendition)
      unscheduled.delete(renditionDigest(rendition))
      metrics.persist('scheduled')
      direct?.release(rendition)
      return true
    } catch (error) {
      // The uploaders work off their backlog first; a later request queues this rendition.
      if (isAppError(error, 'SPOOL_FULL')) return refuse(rendition, error)
      noteUnscheduled(rendition, error)
      return false
    }
  }

  /** Logged once, however often it is retried. */
  function noteUnscheduled(rendition: WaitingRendition, error: unknown): void {
    const digest = renditionDigest(rendition)
    const isKnown = unscheduled.has(digest)
    unscheduled.set(digest, rendition)
    if (isKnown) return
    metrics.persist('failed')
    warnUnlessAway('rendition not queued', rendition.variant, error)
  }

  /** Logs an outage or a full store once, not per rendition. */
  function warnUnlessAway(message: string, variant: Variant, error: unknown): void {
    log[isAppError(error, 'STORE_UNAVAILABLE') ? 'debug' : 'warn'](message, { variant, error })
  }

  function refuse(rendition: WaitingRendition, error: unknown): false {
    const { variant } = rendition
    unscheduled.delete(renditionDigest(rendition))
    direct?.release(rendition)
    metrics.persist('queue-full')
    log.warn('too many jobs wait: rendition not queued', { variant, error })
    return false
  }

  async function spoolAndSchedule(
    rendition: WaitingRendition,
    bytes: Uint8Array,
  ): Promise<boolean> {
    // Writes the answers that wait for this rendition first.
    await setImmediate()
    if (!(await variantCap.take(rendition.variant.id))) {
      metrics.persist('over-limit')
      return false
    }
    if (await direct?.store(rendition, bytes)) {
      metrics.persist('stored')
      return false
    }
    const outcome = await put(rendition, bytes)
    // If the spool has no room, the uploader renders it again.
    if (outcome === 'full') direct?.release(rendition)
    else await schedule(rendition, scheduleTwice)
    return outcome === 'spooled'
  }

  async function put(
    rendition: WaitingRendition,
    bytes: Uint8Array,
  ): Promise<'spooled' | 'full' | 'failed'> {
    try {
      await spool.put(renditionDigest(rendition), { bytes, renderedAt: rendition.renderedAt })
      return 'spooled'
    } catch (error) {
      warnUnlessAway('rendition not spooled', rendition.variant, error)
      if (!isAppError(error, 'SPOOL_FULL')) return 'failed'
      metrics.persist('spool-full')
      return 'full'
    }
  }

  /** @param bytes bytes that are held until the work is done */
  function track<T>(work: () => Promise<T>, skipped: T, bytes: number): Promise<T> {
    const isFull = bytes > 0 && pendingBytes > 0 && pendingBytes + bytes > maxPendingBytes
    if (pending.size >= maxPending || isFull) {
      metrics.persist('skipped')
      return Promise.resolve(skipped)
    }
    pendingBytes += bytes
    const tracked = work().finally(() => {
      pending.delete(tracked)
      pendingBytes -= bytes
    })
    pending.add(tracked)
    return tracked
  }

  return {
    persist: (variant, { bytes, renderedAt }, epoch) =>
      track(() => spoolAndSchedule({ variant, renderedAt, epoch }, bytes), false, bytes.length),
    isOverdue: (variant, renderedAt, epoch) =>
      // A negative age comes from the clock of another process and means nothing: queueing again is harmless.
      unscheduled.has(renditionDigest({ variant, epoch })) ||
      Math.abs(now() - renderedAt) > rescheduleAfterMs,
    reschedule: (variant, renderedAt, epoch) =>
      track(
        async () => {
          await schedule({ variant, renderedAt, epoch })
          return true
        },
        true,
        0,
      ),
    async resume() {
      const left = (await direct?.findLeft()) ?? []
      for (const rendition of left) await schedule(rendition)
    },
    async retry() {
      const waiting = [...unscheduled.values()]
      for (const rendition of waiting) if (!(await schedule(rendition))) return
    },
    async drain() {
      await Promise.all(pending)
    },
  }
}
