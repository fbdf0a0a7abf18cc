import type { Point, Variant } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { FocalStore } from '@iaas/common/ports/focal-store'
import type { OriginalStore } from '@iaas/common/ports/original-store'

/** An original, with its focal point if a variant is cropped around it. */
export type VariantSource = OriginalRef & { readonly focal?: Point | undefined }

/** Returns undefined if there is no original. */
export type FindSource = (
  variant: Pick<Variant, 'id' | 'gravity'>,
) => Promise<VariantSource | undefined>

export type FindSourceOptions = {
  readonly originals: Pick<OriginalStore, 'find'>
  readonly focalPoints: Pick<FocalStore, 'find'>
}

export function createFindSource({ originals, focalPoints }: FindSourceOptions): FindSource {
  return async function findSource({ id, gravity }) {
    const original = await originals.find(id)
    if (original === undefined || gravity !== 'focal') return original
    return { ...original, focal: await focalPoints.find(original) }
  }
}
