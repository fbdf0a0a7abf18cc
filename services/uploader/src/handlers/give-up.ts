import { type RenditionId } from '@iaas/common/jobs/store-rendition'
import type { Spool } from '@iaas/common/ports/spool'

/**
 * Lets the spool go of a rendition whose last attempt has failed; a later rendition of its variant stays. The failed job
 * is kept, and the queue ignores others of its id: only a new rendition, which the next request then makes, is stored.
 */
export type GiveUp = (rendition: RenditionId) => Promise<void>

export type GiveUpOptions = { readonly spool: Pick<Spool, 'renderedAt' | 'drop'> }

export function createGiveUp({ spool }: GiveUpOptions): GiveUp {
  return async ({ digest, renderedAt }) => {
    if ((await spool.renderedAt(digest)) === renderedAt) await spool.drop(digest)
  }
}
