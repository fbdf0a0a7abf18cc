import { variantDigest } from '@iaas/common/digest'
import type { PersistRequest } from '@iaas/common/ports/persistence'
import type { Spool } from '@iaas/common/ports/spool'

/**
 * Lets the spool go of a rendition whose last attempt has failed. The failed job is kept, and the queue ignores others
 * of its id: only a new rendering, which the next request then makes, is stored.
 */
export type GiveUp = (request: PersistRequest) => Promise<void>

export function createGiveUp({ spool }: { readonly spool: Spool }): GiveUp {
  return ({ variant }) => spool.drop(variantDigest(variant))
}
