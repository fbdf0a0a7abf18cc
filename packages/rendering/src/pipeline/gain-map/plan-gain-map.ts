import { type Plan, type Variant, type View, isLarger } from '@iaas/common/image'
import { readGainMap } from '../../formats/jpeg/gain-map.ts'
import type { SourceFacts } from '../../formats/source-facts.ts'
import { isPlain } from '../look/look.ts'

/** A rendition before it is drawn. */
export type Drawn = {
  readonly path: string
  readonly source: SourceFacts
  readonly variant: Variant
  readonly view: View
  readonly plan: Plan
}

/** Memory of decoding an image with a gain map of the same size, bytes per pixel; 6 were measured for one of a quarter. */
const bytesPerPixel = 12

/**
 * Estimates the memory of keeping a gain map, bytes. A gain map is kept in a JPEG of an upright JPEG that is scaled down or
 * cropped, and nothing else.
 *
 * @returns undefined if none is kept
 */
export function estimateGainMap({ path, source, variant, view, plan }: Drawn): number | undefined {
  const isJpeg = source.format === 'jpg' && variant.format === 'jpg'
  if (variant.profile !== 'keep' || !isJpeg || source.colours !== 'rgb') return undefined
  if (source.orientation !== 1 || source.amendment !== undefined) return undefined
  if (!isOnlyReduced(variant, view, plan)) return undefined
  const size = readGainMap(path)
  return size === undefined || isLarger(size, source.size)
    ? undefined
    : source.pixels * bytesPerPixel
}

function isOnlyReduced(variant: Variant, view: View, plan: Plan): boolean {
  const isUntouched =
    isPlain(variant) && variant.blur === false && variant.rotate === 0 && variant.flip === 'none'
  const isWhole = view.region.width === view.size.width && view.region.height === view.size.height
  const isReduced = plan.canvas === undefined && !isLarger(plan.scaled, plan.preCrop ?? view.size)
  return isUntouched && isWhole && isReduced && variant.maxBytes === undefined
}
