import { type ObjectKey, renditionDigest } from '@iaas/common/digest'
import type { ObjectKeys } from '@iaas/common/object-keys'
import type { LinkStore, RecordOutcome } from '@iaas/common/ports/link-store'
import type { WaitingRendition } from '@iaas/common/ports/persistence'
import type { Spool } from '@iaas/common/ports/spool'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import { UnrecoverableError } from 'bullmq'
import type { Attempt, Preceding } from '../job-handler.ts'
import type { UploaderMetrics } from '../metrics.ts'
import { findStored } from './find-stored.ts'

export type RecordLinkOptions = {
  readonly keys: ObjectKeys
  readonly links: LinkStore
  readonly variants: VariantStore
  readonly spool: Spool
  readonly metrics: Pick<UploaderMetrics, 'linked' | 'fenced'>
  /** ms since the epoch. */
  readonly now: () => number
}

/**
 * Records the link of a stored variant, then deletes the variant from the spool. If the original was raised to a higher epoch
 * meanwhile, nothing is recorded, and the object is deleted as well: no client knows of it.
 *
 * @param attempt `preceding` resolves to the job that stored the object, whose result is its key; without it, the object is looked up
 * @throws UnrecoverableError if there is no object: clients are never redirected to a missing one
 */
export type RecordLink = (
  rendition: WaitingRendition,
  attempt: Pick<Attempt, 'preceding' | 'isFirst'>,
) => Promise<RecordOutcome>

export function createRecordLink(options: RecordLinkOptions): RecordLink {
  const { keys, links, variants, spool, metrics, now } = options

  /**
   * Returns the key of the stored object. The result of a job comes from the queue and counts only if it is a key of this
   * rendition. A job of a build without results has stored it under the last of them, which has no code.
   */
  async function findKey(
    rendition: WaitingRendition,
    preceding: Preceding | undefined,
  ): Promise<ObjectKey | undefined> {
    const candidates = keys.all(rendition)
    if (preceding === undefined) return findStored(candidates, variants)
    if (preceding.result === null) return candidates.at(-1)
    const named = candidates.find((key) => key === preceding.result)
    return named ?? findStored(candidates, variants)
  }

  /** Keeps the object of an earlier attempt, which may have recorded the link: pages may remember the redirect. */
  async function leave(key: ObjectKey, isFirst: boolean): Promise<void> {
    metrics.fenced()
    if (isFirst) await variants.delete(key)
  }

  return async function recordLink(rendition, { preceding, isFirst }) {
    const { variant, renderedAt, epoch } = rendition
    const key = await findKey(rendition, await preceding())
    if (key === undefined) {
      throw new UnrecoverableError('Its object was not stored.')
    }
    const outcome = await links.record(variant, { key }, renderedAt, epoch)
    if (outcome === 'fenced') await leave(key, isFirst)
    else metrics.linked(now() - renderedAt)
    // Also drops a later rendition, which exists if the link was deleted meanwhile. Nothing is lost: the recorded link shows
    // the same image, and the job of the later rendition renders it again. Comparing the times would mean reading every image
    // once more.
    await spool.drop(renditionDigest(rendition))
    return outcome
  }
}
