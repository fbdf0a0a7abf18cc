import type { AppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { TokenStore } from '@iaas/common/ports/token-store'
import { type Claim, type Claims, claimLost, isOwnFault, tokenInvalid } from './claims.ts'
import type { PutOriginal } from './put-original.ts'

export type CreatingClaimsOptions = {
  readonly tokens: TokenStore
  readonly originals: Pick<OriginalStore, 'find'>
  readonly putOriginal: PutOriginal
  readonly log: Logger
}

/** Claims ids of new originals. */
export function createCreatingClaims(options: CreatingClaimsOptions): Claims {
  const { tokens, originals, putOriginal, log } = options

  function toClaim(token: string, id: ImageId, lost: () => AppError, isOfClient: boolean): Claim {
    return {
      id,
      async keep(upload) {
        const original = await putOriginal.put(upload)
        // If the database fails here, the row may or may not be written: the file and the id stay.
        if (await tokens.complete(token, id)) return { original, warnings: [] }
        await putOriginal.remove(original)
        throw lost()
      },
      async abandon(error) {
        const mayRepeat = isOfClient && isOwnFault(error) && !(await isKept(id))
        try {
          if (mayRepeat) await tokens.giveBack(token, id)
          else await tokens.release(token, id)
        } catch (settleError) {
          // The claim expires by itself and frees the id a little later.
          log.warn('claim not released', { id, error: settleError })
        }
      },
    }
  }

  async function isKept(id: ImageId): Promise<boolean> {
    return (await originals.find(id).catch(() => undefined)) !== undefined
  }

  return {
    isClaimable: (token, id) => tokens.isClaimable(token, id),
    async claim(token, id, leaseMs) {
      if (!(await tokens.claim(token, id, leaseMs))) return undefined
      return toClaim(token, id, tokenInvalid, true)
    },
    async take(id, leaseMs) {
      return toClaim(await tokens.take(id, leaseMs), id, claimLost, false)
    },
  }
}
