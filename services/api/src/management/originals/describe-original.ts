import { digestOf } from '@iaas/common/digest'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { LinkStore } from '@iaas/common/ports/link-store'
import type { ImageInfo, Renderer } from '@iaas/common/ports/renderer'
import type { Facts } from '../../facts/find-facts.ts'
import type { OriginalAnswer } from '../contract/originals.ts'

export type DescribeOriginalOptions = {
  readonly links: Pick<LinkStore, 'count'>
  readonly facts: Pick<Facts, 'findKept'>
  readonly renderer: Pick<Renderer, 'inspect'>
}

/** Describes an original as the management API does. @throws AppError as `LinkStore.count` and `Renderer.inspect` do */
export type DescribeOriginal = (
  original: OriginalRef,
  signal: AbortSignal,
) => Promise<OriginalAnswer>

export function createDescribeOriginal(options: DescribeOriginalOptions): DescribeOriginal {
  const { links, facts, renderer } = options
  return async (original, signal) => {
    const count = await links.count(original.id, Number.MAX_SAFE_INTEGER)
    const known = await facts.findKept(original)
    const info = known ?? (await renderer.inspect(original, signal))
    return toOriginalAnswer(original, info, count)
  }
}

export function toOriginalAnswer(
  { id, version, size: bytes, modifiedAt }: OriginalRef,
  { format, size: { width, height } }: Pick<ImageInfo, 'format' | 'size'>,
  count: number,
): OriginalAnswer {
  return {
    id,
    version,
    format,
    bytes,
    width,
    height,
    uploaded_at: modifiedAt.toISOString(),
    // Links have no sizes, so only that of no variants is known.
    variants: { count, bytes: count === 0 ? 0 : null },
  }
}

/** Returns the validator of a description: the version of the original, and a digest of all that is told of it. */
export function etagOf(answer: OriginalAnswer): string {
  return `"${answer.version}-${digestOf(JSON.stringify(answer)).slice(0, 16)}"`
}

/** Returns true if a validator is one of this version, whatever else it tells of. */
export function isEtagOfVersion(etag: string, { version }: Pick<OriginalRef, 'version'>): boolean {
  return etag.replace(/-[\da-f]{16}"$/, '"') === `"${version}"` && etag !== `"${version}"`
}
