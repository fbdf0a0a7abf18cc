import { digestOf } from '@iaas/common/digest'
import { type Variant, variantKey } from '@iaas/common/image'
import type { OriginalFile } from '@iaas/common/ports/original-store'

/** What a client may compare with what it has. */
export type Validators = { readonly etag: string; readonly lastModified: Date | undefined }

/** The same variant of the same original is the same picture: known before a pixel is touched. */
export function validatorsOf(variant: Variant, original: OriginalFile | undefined): Validators {
  const lastModified = original?.modifiedAt
  const identity = `${variantKey(variant)}@${lastModified?.getTime() ?? ''}`
  return { etag: `"${digestOf(identity).slice(0, 32)}"`, lastModified }
}

/** An original never changes: the same file is the same bytes, so that ranges of it may be put together. */
export function originalEtag({ size, modifiedAt }: OriginalFile): string {
  return `"${size.toString(16)}-${modifiedAt.getTime().toString(16)}"`
}
