/** A target that waits in the database until a CDN has dropped it. */
export type CdnTarget =
  | { readonly kind: 'image'; readonly value: string }
  | { readonly kind: 'object'; readonly value: string }
  | { readonly kind: 'everything'; readonly value: '' }

/** State of a CDN in a receipt. */
export const cdnStates = ['pending', 'completed', 'failed'] as const

/** Progress of a purge at one CDN. */
export type CdnProgress = {
  readonly name: string
  /** `failed`: no attempt succeeded, and none is made until the purge is resumed. */
  readonly state: (typeof cdnStates)[number]
  /** Number of images and objects that were sent. */
  readonly sent: number
  /** The last invalidations. */
  readonly invalidations: readonly { readonly id: string; readonly state: string }[]
  /** Attempts in a row that have failed. */
  readonly tries: number
  readonly failure: string | null
  /** Time before which the CDN is left alone, ISO 8601. */
  readonly retry_at: string | null
  /** Time until then by the clock of the database, ms. */
  readonly rest_ms: number | null
}

/** Id of the purge of a target; `collected`: objects that are removed later than the links to them. */
export type CdnPurgeId = string

/** Targets that one CDN has yet to drop. */
export type CdnNote = { readonly cdn: string; readonly targets: readonly CdnTarget[] }

/**
 * Work of the uploaders at CDNs. Every step may be repeated. Every call rejects with AppError STORE_UNAVAILABLE if the database
 * does not answer in time.
 */
export type CdnWork = {
  /** Notes targets, to be sent again if they were sent before. */
  note(purge: CdnPurgeId, notes: readonly CdnNote[]): Promise<void>
  /** Replaces the targets of a CDN by everything if there are more than this number. */
  widen(purge: CdnPurgeId, most: number): Promise<void>
  progress(purge: CdnPurgeId): Promise<readonly CdnProgress[]>
  unsent(purge: CdnPurgeId, cdn: string, limit: number): Promise<readonly CdnTarget[]>
  /** Notes that targets were sent in an invalidation; those of a completed one are done. */
  sent(
    purge: CdnPurgeId,
    note: CdnNote,
    invalidation: { readonly id: string; readonly isCompleted: boolean },
  ): Promise<void>
  /** Returns the invalidations that have not ended. */
  pending(purge: CdnPurgeId, cdn: string): Promise<readonly PendingInvalidation[]>
  /** Notes the end of an invalidation; targets of one that is lost are sent again. */
  ended(purge: CdnPurgeId, cdn: string, id: string, as: 'completed' | 'lost'): Promise<void>
  /** Notes a failed attempt. No `retryMs`: no further attempt is made. */
  failed(purge: CdnPurgeId, cdn: string, message: string, retryMs?: number): Promise<void>
  /** Notes that nothing is left to send or to wait for. */
  completed(purge: CdnPurgeId, cdn: string): Promise<void>
}

export type PendingInvalidation = { readonly id: string; readonly ageMs: number }
