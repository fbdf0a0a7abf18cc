import { digestOf } from '@iaas/common/digest'
import { type Variant, variantKey } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { VariantSource } from './find-source.ts'

/** Validators that a client compares with its copy. */
export type Validators = { readonly etag: string; readonly lastModified: Date | undefined }

/** Identifies the bytes that this build renders. */
export type RenderRevision = {
  readonly number: number
  /** Date of the release, in the past: `Last-Modified` must not be in the future. */
  readonly releasedAt: Date
}

/**
 * Incremented by each release that renders other bytes for some variant, so that no 304 keeps the bytes of an earlier build
 * alive.
 */
export const renderRevision: RenderRevision = {
  number: 2,
  releasedAt: new Date('2026-11-30T00:00:00Z'),
}

/** Returns the validators of a rendition from variant, original and render revision, before a pixel is decoded. */
export function validatorsOf(
  variant: Variant,
  original: Pick<VariantSource, 'modifiedAt' | 'focal'> | undefined,
  { number, releasedAt }: RenderRevision = renderRevision,
): Validators {
  const modifiedAt = original?.modifiedAt
  const point = original?.focal && `@${original.focal.x},${original.focal.y}`
  const identity = `${variantKey(variant)}@${modifiedAt?.getTime() ?? ''}${point ?? ''}#${number}`
  const lastModified = modifiedAt && new Date(Math.max(modifiedAt.getTime(), releasedAt.getTime()))
  return { etag: `"${digestOf(identity).slice(0, 32)}"`, lastModified }
}

/** Returns strong validators of an original, which never changes, so that clients may combine its ranges. */
export function originalEtag({
  size,
  modifiedAt,
}: Pick<OriginalRef, 'size' | 'modifiedAt'>): string {
  return `"${size.toString(16)}-${modifiedAt.getTime().toString(16)}"`
}
