import { type RenditionId } from '@iaas/common/jobs/store-rendition'
import type { Spool } from '@iaas/common/ports/spool'

/**
 * Drops a rendition from the spool after its last attempt failed; a later rendition of its variant stays. The failed job is
 * kept, and the queue ignores further jobs with its id: the next request makes a new rendition, which is stored.
 */
export type GiveUp = (rendition: RenditionId) => Promise<void>

export type GiveUpOptions = { readonly spool: Pick<Spool, 'renderedAt' | 'drop'> }

export function createGiveUp({ spool }: GiveUpOptions): GiveUp {
  return async ({ digest, renderedAt }) => {
    if ((await spool.renderedAt(digest)) === renderedAt) await spool.drop(digest)
  }
}
