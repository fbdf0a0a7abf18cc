import { type ImageOptions, defaultOptions, variantOptionKeys } from './params.ts'
import { formatImageUrl } from './url.ts'
import type { Variant } from './variant.ts'

/**
 * Returns the address of a variant, without a preset or a scale. Inverse of `parseImageUrl` and `toVariant` for a client whose
 * Accept header changes nothing.
 */
export function formatVariantUrl(variant: Variant): string {
  const { id, width, height, format } = variant
  return formatImageUrl({
    kind: 'sized',
    id,
    width,
    height,
    scale: 1,
    format,
    options: optionsOf(variant),
  })
}

function optionsOf(variant: Variant): ImageOptions {
  const own = variantOptionKeys.map((key) => [key, variant[key]])
  return { ...defaultOptions, ...(Object.fromEntries(own) as Partial<ImageOptions>) }
}
