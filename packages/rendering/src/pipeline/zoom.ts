import type { Plan, Region, Size, View } from '@iaas/common/image'
import type { SourceFacts } from '../formats/source-facts.ts'

export type Zoomed = { readonly source: SourceFacts; readonly view: View; readonly plan: Plan }

/** Enlarges a drawing in its decoder instead of its pixels, as far as the limit of pixels permits. */
export function zoomDrawing({ source, view, plan }: Zoomed, maxPixels: number): Zoomed {
  const kept = plan.preCrop ?? view.size
  const { scaled } = plan
  const wanted = Math.max(scaled.width / kept.width, scaled.height / kept.height)
  const most = Math.sqrt(maxPixels / (source.size.width * source.size.height))
  // A little less than the limit, because both sides are rounded.
  const zoom = Math.min(wanted, most * 0.99)
  if (zoom <= 1) return { source, view, plan }
  const size = enlarge(source.size, zoom)
  return {
    source: { ...source, size, pixels: size.width * size.height, zoom },
    view: { region: enlargeRegion(view.region, zoom), size: enlarge(view.size, zoom) },
    plan: { ...plan, preCrop: plan.preCrop && enlargeRegion(plan.preCrop, zoom) },
  }
}

function enlarge({ width, height }: Size, zoom: number): Size {
  return { width: Math.round(width * zoom), height: Math.round(height * zoom) }
}

/** Rounds down what moves the region, so that it stays within the enlarged image. */
function enlargeRegion({ left, top, ...size }: Region, zoom: number): Region {
  return { left: Math.floor(left * zoom), top: Math.floor(top * zoom), ...enlarge(size, zoom) }
}
