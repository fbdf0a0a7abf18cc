import { digestOf } from '@iaas/common/digest'
import { type Variant, variantKey } from '@iaas/common/image'
import type { OriginalFile } from '@iaas/common/ports/original-store'

/** What a client may compare with what it has. */
export type Validators = { readonly etag: string; readonly lastModified: Date | undefined }

/** Identifies the bytes that this build renders. */
export type RenderRevision = {
  readonly number: number
  /** In the past: `Last-Modified` must not lie in the future. */
  readonly releasedAt: Date
}

/**
 * Grows once with each release that renders other bytes for some variant, so that a client never keeps the bytes of an
 * earlier build because of a 304.
 */
export const renderRevision: RenderRevision = {
  number: 2,
  releasedAt: new Date('2026-11-30T00:00:00Z'),
}

/** Identifies a rendition by variant, original and render revision: known before a pixel is decoded. */
export function validatorsOf(
  variant: Variant,
  original: OriginalFile | undefined,
  { number, releasedAt }: RenderRevision = renderRevision,
): Validators {
  const modifiedAt = original?.modifiedAt
  const identity = `${variantKey(variant)}@${modifiedAt?.getTime() ?? ''}#${number}`
  const lastModified = modifiedAt && new Date(Math.max(modifiedAt.getTime(), releasedAt.getTime()))
  return { etag: `"${digestOf(identity).slice(0, 32)}"`, lastModified }
}

/** An original never changes: the same file is the same bytes, so that ranges of it may be put together. */
export function originalEtag({ size, modifiedAt }: OriginalFile): string {
  return `"${size.toString(16)}-${modifiedAt.getTime().toString(16)}"`
}
