import { type Size, type Variant, isPlaced } from '@iaas/common/image'
import type { Layer } from './layer.ts'
import { drawOverlay, estimateOverlay, openOverlay } from './overlay.ts'

/** Layers that a variant asks for. */
export type PlannedLayers = {
  /** Estimated memory of drawing them, bytes. */
  readonly bytes: number
  readonly draw: () => Promise<readonly Layer[]>
}

const noLayers: PlannedLayers = { bytes: 0, draw: async () => [] }

/**
 * Reads what is drawn over a rendition, without drawing it.
 *
 * @param overlay image of the watermark
 * @throws AppError RENDER_FAILED if the image is not that of the watermark, or no image
 */
export async function planLayers(
  { watermark }: Pick<Variant, 'watermark'>,
  size: Size,
  overlay: Uint8Array | undefined,
): Promise<PlannedLayers> {
  if (watermark === undefined) return noLayers
  if (!isPlaced(watermark)) throw new TypeError('A variant names a watermark only by its digest.')
  const opened = await openOverlay(watermark, overlay)
  return {
    bytes: estimateOverlay(opened, size),
    draw: async () => [await drawOverlay(opened, watermark, size)],
  }
}
