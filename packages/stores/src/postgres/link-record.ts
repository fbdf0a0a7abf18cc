import type { Variant } from '@iaas/common/image'
import type { Epoch } from '@iaas/common/ports/epochs'

/** Link that is to be recorded. */
export type LinkRecord = {
  readonly variant: Variant
  /** Whole address of the object. */
  readonly url: string
  /** File of the object, if the link is to be written in the short form. */
  readonly file?: string | undefined
  /** ms since 1970. */
  readonly renderedAt: number
  readonly epoch: Epoch
}

/** Record of a link that can be written in the short form. */
export type CompactRecord = LinkRecord & { readonly file: string }
