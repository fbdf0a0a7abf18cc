import { type Size, type Variant, isPlaced } from '@iaas/common/image'
import type { Layer } from './layer.ts'
import { drawText, estimateText } from './text.ts'
import { drawOverlay, estimateOverlay, openOverlay } from './overlay.ts'

/** Layers that a variant asks for. */
export type PlannedLayers = {
  /** Estimated memory of drawing them, bytes. */
  readonly bytes: number
  readonly draw: () => Promise<readonly Layer[]>
}

/**
 * Reads what is drawn over a rendition, without drawing it.
 *
 * @param overlay image of the watermark
 * @throws AppError RENDER_FAILED if the image is not that of the watermark, or no image
 */
export async function planLayers(
  variant: LayerOptions,
  size: Size,
  overlay: Uint8Array | undefined,
): Promise<PlannedLayers> {
  const planned = [await planWatermark(variant, size, overlay), planText(variant, size)]
  return {
    bytes: planned.reduce((sum, { bytes }) => sum + bytes, 0),
    async draw() {
      const layers: Layer[] = []
      for (const { draw } of planned) layers.push(...(await draw()))
      return layers
    },
  }
}

type LayerOptions = Pick<
  Variant,
  'watermark' | 'text' | 'textSize' | 'textColor' | 'textGravity' | 'textBackground'
>

const noLayers: PlannedLayers = { bytes: 0, draw: async () => [] }

async function planWatermark(
  { watermark }: LayerOptions,
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

function planText({ text, ...options }: LayerOptions, size: Size): PlannedLayers {
  if (text === undefined) return noLayers
  return {
    bytes: estimateText(size),
    async draw() {
      const layer = await drawText({ text, ...options }, size)
      return layer === undefined ? [] : [layer]
    },
  }
}
