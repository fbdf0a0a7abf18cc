import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import { type Digest, variantDigest } from '@iaas/common/digest'
import { isAppError } from '@iaas/common/errors'
import type { Variant } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
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
   */
  persist(variant: Variant, spooled: Spooled): Promise<boolean>
  /** Tells whether a spooled rendition should be queued again: it never was, or its job may be lost. */
  isOverdue(variant: Variant, renderedAt: number): boolean
  /** Queues a spooled rendition again and resolves to true. Never rejects. */
  reschedule(variant: Variant, renderedAt: number): Promise<boolean>
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

  async function schedule(
    variant: Variant,
    renderedAt: number,
    attempt = scheduleOnce,
  ): Promise<boolean> {
    try {
      await attempt({ variant, renderedAt })
      unscheduled.delete(variantDigest(variant))
      metrics.persist('scheduled')
      direct?.release({ variant, renderedAt })
      return true
    } catch (error) {
      // The uploaders work off their backlog first; a later request queues this rendition.
      if (isAppError(error, 'SPOOL_FULL')) return refuse({ variant, renderedAt }, error)
      noteUnscheduled({ variant, renderedAt }, error)
      return false
    }
  }

  /** Logged once, however often it is retried. */
  function noteUnscheduled(rendition: WaitingRendition, error: unknown): void {
    const digest = variantDigest(rendition.variant)
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
    unscheduled.delete(variantDigest(variant))
    direct?.release(rendition)
    metrics.persist('queue-full')
    log.warn('too many jobs wait: rendition not queued', { variant, error })
    return false
  }

  async function spoolAndSchedule(variant: Variant, spooled: Spooled): Promise<boolean> {
    // Writes the answers that wait for this rendition first.
    await setImmediate()
    if (!(await variantCap.take(variant.id))) {
      metrics.persist('over-limit')
      return false
    }
    const { bytes, renderedAt } = spooled
    if (await direct?.store({ variant, renderedAt }, bytes)) {
      metrics.persist('stored')
      return false
    }
    const outcome = await put(variant, spooled)
    // If the spool has no room, the uploader renders it again.
    if (outcome === 'full') direct?.release({ variant, renderedAt })
    else await schedule(variant, renderedAt, scheduleTwice)
    return outcome === 'spooled'
  }

  async function put(variant: Variant, spooled: Spooled): Promise<'spooled' | 'full' | 'failed'> {
    try {
      await spool.put(variantDigest(variant), spooled)
      return 'spooled'
    } catch (error) {
      warnUnlessAway('rendition not spooled', variant, error)
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
    persist: (variant, spooled) =>
      track(() => spoolAndSchedule(variant, spooled), false, spooled.bytes.length),
    isOverdue: (variant, renderedAt) =>
      // A negative age comes from the clock of another process and means nothing: queueing again is harmless.
      unscheduled.has(variantDigest(variant)) || Math.abs(now() - renderedAt) > rescheduleAfterMs,
    reschedule: (variant, renderedAt) =>
      track(
        async () => {
          await schedule(variant, renderedAt)
          return true
        },
        true,
        0,
      ),
    async resume() {
      const left = (await direct?.findLeft()) ?? []
      for (const { variant, renderedAt } of left) await schedule(variant, renderedAt)
    },
    async retry() {
      const waiting = [...unscheduled.values()]
      for (const { variant, renderedAt } of waiting) {
        if (!(await schedule(variant, renderedAt))) return
      }
    },
    async drain() {
      await Promise.all(pending)
    },
  }
}
