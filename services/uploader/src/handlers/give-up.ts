import type { RenditionId } from '@iaas/common/jobs'
import type { Spool } from '@iaas/common/ports/spool'

/**
 * Lets the spool go of a rendition whose last attempt has failed; a later rendition of its variant stays. The failed job
 * is kept, and the queue ignores others of its id: only a new rendition, which the next request then makes, is stored.
 */
export type GiveUp = (rendition: RenditionId) => Promise<void>

export function createGiveUp({ spool }: { readonly spool: Spool }): GiveUp {
  return async ({ digest, renderedAt }) => {
    const spooled = await spool.get(digest)
    if (spooled?.renderedAt === renderedAt) await spool.drop(digest)
  }
}
