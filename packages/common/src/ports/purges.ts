import type { ObjectKey } from '../digest.ts'
import type { Format, ImageId, Variant } from '../image/index.ts'
import type { CdnProgress } from './cdn-work.ts'
import type { Epoch } from './epochs.ts'

export type PurgeId = string & { readonly __brand: 'PurgeId' }

/** Which stored variants a purge removes. */
export type PurgeSelector =
  | { readonly ids: readonly ImageId[] }
  /** Variants equal to the expansion that the preset had when the purge was made; see `NewPurge.expansions`. */
  | { readonly preset: string }
  | { readonly format: Format }
  /** ISO 8601. Variants of unknown age are older. */
  | { readonly rendered_before: string }
  /** Beginning of the id, literally. */
  | { readonly prefix: string }
  | { readonly everything: true }

export type PurgeOptions = {
  /** Deletes the originals as well. Only with `ids`. */
  readonly delete?: boolean | undefined
  /** Frees the ids in the end. Only with `delete`. */
  readonly free_id?: boolean | undefined
  /** Removes objects at once. Otherwise they stay, unlinked, for `keep_seconds`. */
  readonly now?: boolean | undefined
  /** Counts and removes nothing. */
  readonly dry_run?: boolean | undefined
  /** Variants to unlink per minute. */
  readonly per_minute?: number | undefined
  /** Time for which clients may follow redirects that they remember, s. */
  readonly keep_seconds: number
}

/** `failed`: a CDN has not dropped everything. The purge can be resumed. */
export const purgeStates = ['running', 'paused', 'cancelled', 'failed', 'finished'] as const
export type PurgeState = (typeof purgeStates)[number]

/** Steps of a purge, in their order. A dry run has only the first. */
export const purgePhases = [
  'count',
  'fence',
  'unlink',
  'seal',
  'jobs',
  'objects',
  'sweep',
  'cdn',
  'verify',
  'free',
  'settle',
] as const
export type PurgePhase = (typeof purgePhases)[number]

/** Counts what a purge has removed so far, or what a dry run would remove. */
export type PurgeCounts = {
  /** Images that had such variants. */
  readonly images: number
  readonly links: number
  /** Objects that were removed, and are not there any more. */
  readonly objects: number
  /** Objects that are removed later, since clients remember redirects to them. */
  readonly objects_later: number
  /** Links to objects elsewhere, such as those of the legacy iaas, which cannot be removed. */
  readonly objects_elsewhere: number
  readonly spool: number
  readonly jobs: number
  readonly originals: number
}

export type PurgeFailure = {
  readonly phase: PurgePhase
  readonly message: string
  /** Time of the last one, ISO 8601. */
  readonly at: string
  readonly times: number
}

/** A purge and its receipt. */
export type Purge = {
  readonly id: PurgeId
  /** Name of the API key that asked for it. */
  readonly who: string
  readonly selector: PurgeSelector
  readonly options: PurgeOptions
  readonly state: PurgeState
  readonly phase: PurgePhase
  /** The id up to which the present phase is done; empty at its beginning. */
  readonly cursor: string
  /** Links of lower epochs are removed; undefined: all links. */
  readonly below: Epoch | undefined
  /** Everything of a lower epoch is kept out; undefined before the first raise. */
  readonly epoch: Epoch | undefined
  readonly counts: PurgeCounts
  readonly waitingFor: readonly string[]
  readonly failures: readonly PurgeFailure[]
  readonly cdns: readonly CdnProgress[]
  /** The latest full collection of garbage, and the objects without a link that it left; undefined before the first. */
  readonly collected: { readonly at: string; readonly left: number } | undefined
  /** Time for which it still rests, ms, by the clock of the database. */
  readonly restMs: number
  readonly createdAt: Date
  readonly startedAt: Date | undefined
  readonly effectiveAt: Date | undefined
  readonly finishedAt: Date | undefined
}

/** Returns true once everything is removed. The last look for what came late takes longer than a caller waits. */
export function isRemoved({ finishedAt, phase }: Pick<Purge, 'finishedAt' | 'phase'>): boolean {
  return finishedAt !== undefined || phase === 'settle'
}

export type NewPurge = Pick<Purge, 'who' | 'selector' | 'options'> & {
  /** Variants that the preset of the selector stands for; their id is ignored. */
  readonly expansions?: readonly Variant[]
}

/** An order to work on a purge. Each order of a purge has its own number. */
export type PurgeOrder = { readonly purge: PurgeId; readonly run: number }

/** Queue of the orders. */
export type PurgeOrders = {
  /** Queues an order, to be begun after a rest. The same order twice is one. @throws AppError STORE_UNAVAILABLE within 5 s */
  add(order: PurgeOrder, restMs?: number): Promise<void>
}

/**
 * Purges and their receipts. Every call rejects with AppError STORE_UNAVAILABLE if the database does not answer in time.
 */
export type Purges = {
  /** Records a purge, with its first order. @throws AppError STORE_BUSY if too many are not finished */
  create(purge: NewPurge): Promise<{ readonly purge: Purge; readonly order: PurgeOrder }>
  find(id: PurgeId): Promise<Purge | undefined>
  /** Changes the state of a purge that has not ended. Returns undefined if it has, or if there is none. */
  change(id: PurgeId, state: 'running' | 'paused' | 'cancelled'): Promise<Purge | undefined>
  /** Makes the next order of a purge. */
  order(id: PurgeId): Promise<PurgeOrder>
}

/** Images that a step of a purge found, and the cursor behind them; no cursor: there are no more. */
export type PurgePage = {
  readonly ids: readonly ImageId[]
  readonly links: number
  readonly cursor: string | undefined
}

/** An object without a link, and the id of its image; empty for one of an unknown image. */
export type UnlinkedObject = { readonly key: ObjectKey; readonly image: ImageId }

/** Steps of the work on a purge. Every step may be repeated. Every call rejects as those of `Purges` do. */
export type PurgeWork = Pick<Purges, 'find' | 'order'> & {
  /** Notes that an order is worked on. Returns undefined if there is a newer order, or no such purge. */
  begin(order: PurgeOrder): Promise<Purge | undefined>
  /** Finds the next images after the cursor; about as many as have this number of links. */
  nextPage(purge: Purge, maxLinks: number): Promise<PurgePage>
  /** Counts the images and links of a page, and moves the cursor behind it. */
  countPage(purge: Purge, page: PurgePage): Promise<void>
  /** Raises the global epoch, and moves on to the phase. */
  raiseAll(purge: Purge, next: PurgePhase): Promise<void>
  /**
   * Removes the links of these images and notes their objects as unlinked, in one transaction; raises the images in it if the
   * selector names them.
   */
  unlink(purge: Purge, ids: readonly ImageId[]): Promise<number>
  /** Moves the cursor behind a page whose images are done. */
  passPage(purge: Purge, page: PurgePage, originals: number, restMs: number): Promise<void>
  goOn(purge: Purge, next: PurgePhase, counted?: Partial<PurgeCounts>): Promise<void>
  /** Moves on to the last look for what came late, which begins after a rest. */
  settle(purge: Purge, restMs: number): Promise<void>
  /** Notes the images of the purge's objects, which are looked through. */
  noteImages(purge: Purge): Promise<void>
  nextImages(purge: Purge): Promise<Pick<PurgePage, 'ids' | 'cursor'>>
  /** Moves the cursor behind images, and counts and forgets objects of them that were removed. */
  passImages(
    purge: Purge,
    ids: readonly ImageId[],
    removed: readonly ObjectKey[],
    counted: Partial<PurgeCounts>,
  ): Promise<void>
  /** Returns those objects that have no link, and that no other purge has left for later. */
  unlinkedOf(purge: Purge, keys: readonly ObjectKey[]): Promise<readonly ObjectKey[]>
  /** Returns the next unlinked objects of a purge, or those that are due and that no unfinished purge will remove. */
  unlinked(purge: PurgeId | 'due', limit: number): Promise<readonly UnlinkedObject[]>
  /** Forgets unlinked objects that are removed, and counts them. */
  removed(
    purge: PurgeId | 'due',
    keys: readonly ObjectKey[],
    counted?: Partial<PurgeCounts>,
  ): Promise<void>
  /** Returns true for a variant that the purge removes. */
  selects(purge: Purge): Promise<(variant: Variant, renderedAt: number) => boolean>
  /** Returns the number of links that the purge should have removed. */
  left(purge: Purge): Promise<number>
  noteEffect(purge: Purge, waitingFor: readonly string[]): Promise<void>
  noteFailure(purge: PurgeId, message: string): Promise<void>
  /**
   * Frees the ids of a deletion and moves on as `settle` does, in one transaction: freed ids may soon have new images, in a
   * later epoch.
   */
  free(purge: Purge, ids: readonly ImageId[], restMs: number): Promise<void>
  finish(purge: Purge): Promise<void>
  /** Stops a running purge until it is resumed. */
  fail(purge: Purge): Promise<void>
  /** Returns the purges that nobody has worked on for minutes although they could be: their order was lost. */
  lost(): Promise<readonly PurgeId[]>
}
