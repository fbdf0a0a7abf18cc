import type { ImageId } from '@iaas/common/image'
import type { Epoch, EpochFollower, RaisedEpoch } from '@iaas/common/ports/epochs'

/** Epochs of originals that this process knows. */
export type KnownEpochs = {
  /**
   * Returns the highest epoch that is known of an original. A render notes it before it reads the original: it is never
   * higher than the epoch at that moment. A lower one only keeps the rendition from being stored.
   */
  of(id: ImageId): Epoch
  /** Notes an epoch that a lookup has found. */
  note(id: ImageId, epoch: Epoch): void
  /** Grows with each raise that this process has acted on. */
  readonly acts: number
  /** Returns true if the original was raised after this number of acts. */
  wasRaisedSince(acts: number, id: ImageId): boolean
  /**
   * Returns true while cached links may be used: this process is registered, so no raise takes effect before it has acted.
   *
   * @param now on the clock of `performance.now()`
   */
  isTrusted(now: number): boolean
  /**
   * True once this process has caught up with the database. Until then an original may have any epoch, so nothing of a process
   * before may be answered.
   */
  readonly areKnown: boolean
  /** Registers what drops cached facts about raised originals. It runs before a raise is acknowledged. */
  onRaise(drop: (originals: RaisedSet) => void): void
}

/** Originals that were raised; `all` by the global epoch. */
export type RaisedSet = ReadonlySet<ImageId> | 'all'

/** The epochs known, and the end of the feed that fills them. */
export type FollowedEpochs = KnownEpochs & EpochFollower

/** `acts`: number of the act that raised it here; 0: it was only looked up. */
type Known = { readonly epoch: Epoch; readonly at: number; readonly acts: number }

/** Most originals that are remembered. Beyond it the epoch of the oldest counts for all. */
const maxKnown = 50_000
/** Age after which an epoch is dropped while the database answers, ms: nothing that was cached before the raise is left. */
const ageMs = 10 * 60_000

/** @param now ms of a monotonic clock */
export function createKnownEpochs(now = () => performance.now()): FollowedEpochs {
  const drops: ((originals: RaisedSet) => void)[] = []
  const known = new Map<ImageId, Known>()
  const floor = { epoch: 0, acts: 0 }
  let acts = 0
  let trustedUntil = Number.NEGATIVE_INFINITY

  function remember(id: ImageId, epoch: Epoch, atActs: number): void {
    const before = known.get(id)
    // Inserted anew, so that the map is in the order of age.
    known.delete(id)
    known.set(id, {
      epoch: Math.max(epoch, before?.epoch ?? 0),
      at: now(),
      acts: Math.max(atActs, before?.acts ?? 0),
    })
    if (known.size > maxKnown) dropOldest()
  }

  function dropOldest(): void {
    const [oldest] = known
    if (oldest === undefined) return
    known.delete(oldest[0])
    // An epoch that was only looked up is looked up again.
    if (oldest[1].acts === 0) return
    floor.epoch = Math.max(floor.epoch, oldest[1].epoch)
    floor.acts = Math.max(floor.acts, oldest[1].acts)
  }

  function dropOld(): void {
    for (const [id, { at }] of known) {
      if (now() - at < ageMs) return
      known.delete(id)
    }
  }

  return {
    of: (id) => (known.size === 0 ? floor.epoch : Math.max(known.get(id)?.epoch ?? 0, floor.epoch)),
    note(id, epoch) {
      if (epoch > floor.epoch && epoch !== known.get(id)?.epoch) remember(id, epoch, 0)
    },
    get acts() {
      return acts
    },
    wasRaisedSince: (since, id) =>
      acts > since && (floor.acts > since || (known.get(id)?.acts ?? 0) > since),
    isTrusted: (time) => time < trustedUntil,
    get areKnown() {
      return trustedUntil !== Number.NEGATIVE_INFINITY
    },
    onRaise: (drop) => void drops.push(drop),
    act(raised) {
      acts += 1
      const ids = new Set<ImageId>()
      for (const { id, epoch } of raised) {
        if (id === undefined) Object.assign(floor, { epoch: Math.max(floor.epoch, epoch), acts })
        else {
          ids.add(id)
          remember(id, epoch, acts)
        }
      }
      const originals = raised.some(isGlobal) ? 'all' : ids
      for (const drop of drops) drop(originals)
    },
    trust(untilMs) {
      trustedUntil = untilMs
      dropOld()
    },
  }
}

function isGlobal({ id }: RaisedEpoch): boolean {
  return id === undefined
}
