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
