import {
  type AllowedSizes,
  type Policy,
  type Size,
  type SizedRequest,
  type Variant,
  boundBySource,
  boundsFor,
  dependsOnSource,
  hasFreeSide,
  invalidOption,
  viewOf,
} from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { ImageContext } from './image-context.ts'
import type { FindSize } from './known-sizes.ts'

export type BoundByOriginalOptions = {
  readonly policy: Policy
  readonly allowedSizes: AllowedSizes
  readonly findSize: FindSize
}

/** Redirects whose target depends on the size of the original. */
export type BoundByOriginal = {
  /** @param source size of the image that is brought into the box */
  bySource(request: SizedRequest, variant: Variant, source: Size): SizedRequest | undefined
  /**
   * Bounds a result before it is rendered: for HEAD, which renders nothing, and for a free side if there are lists of
   * allowed sizes, which renderers do not know.
   *
   * @throws AppError INVALID_OPTION for a rectangle outside the original, and for a frame that it does not have
   */
  beforeRender(
    request: SizedRequest,
    variant: Variant,
    original: OriginalRef,
    context: ImageContext,
  ): Promise<SizedRequest | undefined>
}

export function createBoundByOriginal(options: BoundByOriginalOptions): BoundByOriginal {
  const { policy, allowedSizes, findSize } = options
  const isListed = allowedSizes.sizes.length > 0 || allowedSizes.widths.length > 0

  function bySource(request: SizedRequest, variant: Variant, source: Size) {
    const bounds = boundsFor(variant.format, policy)
    return boundBySource(request, variant, source, bounds, allowedSizes)
  }

  return {
    bySource,
    async beforeRender(request, variant, original, context) {
      const isFree = isListed && hasFreeSide(variant)
      if (isFree && variant.trim !== false) {
        throw invalidOption('"trim" must not stand beside a free side while sizes are limited.')
      }
      const isOfPart = variant.rect !== undefined || variant.frame > 0
      const isForHead = context.headOnly && (dependsOnSource(variant) || isOfPart)
      if (!isFree && !isForHead) return undefined
      const size = await findSize(original, variant.frame, context.signal())
      const view = viewOf(size, variant)
      // Without its border, the size is known only once the pixels are decoded.
      return variant.trim === false ? bySource(request, variant, view.size) : undefined
    },
  }
}
