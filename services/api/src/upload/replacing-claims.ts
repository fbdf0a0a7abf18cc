import { AppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { Replacements } from '@iaas/common/ports/replacements'
import { durations } from '../capacities.ts'
import type { AwaitEffect } from './await-effect.ts'
import {
  type Claim,
  type Claims,
  type Kept,
  claimLost,
  isOwnFault,
  tokenInvalid,
} from './claims.ts'
import type { PutOriginal } from './put-original.ts'

export type ReplacingClaimsOptions = {
  readonly replacements: Replacements
  readonly originals: Pick<OriginalStore, 'find' | 'versions' | 'restore'>
  readonly putOriginal: PutOriginal
  readonly awaitEffect: AwaitEffect
  readonly log: Logger
}

/** An id whose original one caller replaces. */
export type ReplacingClaim = Claim & {
  /** Makes an older version the present one and ends the claim. @throws AppError as `OriginalStore.restore` does */
  restore(version: string): Promise<Kept>
}

export type ReplacingClaims = Omit<Claims, 'take'> & {
  take(id: ImageId, leaseMs: number): Promise<ReplacingClaim>
}

/** Claims ids whose original is replaced. The old version is served until the upload is complete. */
export function createReplacingClaims(options: ReplacingClaimsOptions): ReplacingClaims {
  const { replacements, originals, putOriginal, awaitEffect, log } = options

  function toClaim(
    token: string,
    id: ImageId,
    lost: () => AppError,
    isOfClient: boolean,
  ): ReplacingClaim {
    // From its renewal on, any failure leaves it unknown if the file is switched.
    let mayBeSwitched = false

    async function renew(): Promise<void> {
      mayBeSwitched = true
      if (await replacements.renew(token, id, durations.switchOriginal)) return
      mayBeSwitched = false
      throw lost()
    }

    async function switchBy(change: () => Promise<OriginalRef>): Promise<Kept> {
      const before = await listVersions(id)
      const original = await change()
      const epoch = await replacements.complete(token, id)
      if (epoch === undefined) {
        await putOriginal.remove(original)
        throw new AppError('ORIGINAL_GONE', 'The image was deleted.')
      }
      const isEffective = await awaitEffect(id, epoch)
      await forgetAllBut(await listVersions(id).catch(() => before), before)
      return { original, warnings: isEffective ? [] : ['old-version-cached'] }
    }

    return {
      id,
      keep: (upload) => switchBy(() => putOriginal.replace(upload, renew)),
      restore: (version) => switchBy(() => originals.restore(id, version, renew)),
      async abandon(error) {
        try {
          if (mayBeSwitched) await replacements.complete(token, id)
          else if (isOfClient && isOwnFault(error)) await replacements.giveBack(token, id)
          else await replacements.release(token, id)
        } catch (settleError) {
          // The sweep of the claim does the same a little later.
          log.warn('claim not released', { id, error: settleError })
        }
      },
    }
  }

  async function listVersions(id: ImageId): Promise<readonly OriginalRef[]> {
    const present = await originals.find(id)
    return [...(present === undefined ? [] : [present]), ...(await originals.versions(id))]
  }

  async function forgetAllBut(kept: readonly OriginalRef[], before: readonly OriginalRef[]) {
    const versions = new Set(kept.map(({ version }) => version))
    for (const each of before) if (!versions.has(each.version)) await putOriginal.forget(each)
  }

  return {
    isClaimable: (token, id) => replacements.isClaimable(token, id),
    async claim(token, id, leaseMs) {
      if (!(await replacements.claim(token, id, leaseMs))) return undefined
      return toClaim(token, id, tokenInvalid, true)
    },
    async take(id, leaseMs) {
      return toClaim(await replacements.take(id, leaseMs), id, claimLost, false)
    },
  }
}
