import { AppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { Replacements } from '@iaas/common/ports/replacements'
import { durations } from '../capacities.ts'
import type { AwaitEffect } from './await-effect.ts'
import { type Claim, type Claims, claimLost, isOwnFault, tokenInvalid } from './claims.ts'
import type { PutOriginal } from './put-original.ts'

export type ReplacingClaimsOptions = {
  readonly replacements: Replacements
  readonly originals: Pick<OriginalStore, 'find'>
  readonly putOriginal: PutOriginal
  readonly awaitEffect: AwaitEffect
  readonly log: Logger
}

/** Claims ids whose original is replaced. The old version is served until the upload is complete. */
export function createReplacingClaims(options: ReplacingClaimsOptions): Claims {
  const { replacements, originals, putOriginal, awaitEffect, log } = options

  function toClaim(token: string, id: ImageId, lost: () => AppError, isOfClient: boolean): Claim {
    // From its renewal on, any failure leaves it unknown if the file is switched.
    let mayBeSwitched = false

    async function renew(): Promise<void> {
      mayBeSwitched = true
      if (await replacements.renew(token, id, durations.switchOriginal)) return
      mayBeSwitched = false
      throw lost()
    }

    return {
      id,
      async keep(upload) {
        const before = await originals.find(id)
        const original = await putOriginal.replace(upload, renew)
        const epoch = await replacements.complete(token, id)
        if (epoch === undefined) {
          await putOriginal.remove(original)
          throw new AppError('ORIGINAL_GONE', 'The image was deleted.')
        }
        const isEffective = await awaitEffect(id, epoch)
        if (before !== undefined) await putOriginal.forget(before)
        return { original, warnings: isEffective ? [] : ['old-version-cached'] }
      },
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
