import type { ImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { PreparingRenderer } from '@iaas/rendering/copies/copying-renderer'
import { durations } from './capacities.ts'
import type { LedgerKeeper } from './ledger/keep-ledger.ts'
import { assertPresent } from './upload/assert-original.ts'
import type { Kept } from './upload/claims.ts'
import type { ReplacingClaims } from './upload/replacing-claims.ts'

export type RestoreOriginalOptions = {
  readonly replacing: Pick<ReplacingClaims, 'take'>
  readonly originals: Pick<OriginalStore, 'find'>
  readonly renderer: Pick<PreparingRenderer, 'prepare'>
  readonly ledgerKeeper: Pick<LedgerKeeper, 'settle'>
}

/**
 * Makes an older version of an original the present one.
 *
 * @param check called with the version that is going to be replaced; rejects if the caller means another one
 * @throws AppError VERSION_NOT_FOUND, ORIGINAL_NOT_FOUND, ORIGINAL_GONE, TOKEN_PENDING; what `check` throws
 */
export type RestoreOriginal = (
  id: ImageId,
  version: string,
  check: (original: OriginalRef) => void,
) => Promise<Kept>

/** Creates a restore, which is a replacement without an upload: its claim excludes others. A failure leaves the present version. */
export function createRestoreOriginal(options: RestoreOriginalOptions): RestoreOriginal {
  const { replacing, originals, renderer, ledgerKeeper } = options

  return async function restoreOriginal(id, version, check) {
    check(await assertPresent(originals, id))
    const claim = await replacing.take(id, durations.switchOriginal)
    try {
      check(await assertPresent(originals, id))
      const kept = await claim.restore(version)
      renderer.prepare(kept.original)
      await ledgerKeeper.settle(id)
      return kept
    } catch (error) {
      await claim.abandon(error)
      throw error
    }
  }
}
