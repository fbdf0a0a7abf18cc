import { type Size, type Variant, isPlaced } from '@iaas/common/image'
import type { RenderFileTask } from '@iaas/common/ports/decoder'
import type { Layer } from './layer.ts'
import { checkFont, estimateFont, loadFont } from './load-font.ts'
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
 * @param sources image of the watermark, and font of the text
 * @throws AppError RENDER_FAILED if one of them is not what the variant names, or cannot be used
 */
export async function planLayers(
  variant: LayerOptions,
  size: Size,
  { overlay, font }: Pick<RenderFileTask, 'overlay' | 'font'>,
): Promise<PlannedLayers> {
  const planned = [await planWatermark(variant, size, overlay), planText(variant, size, font)]
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
  'watermark' | 'text' | 'textSize' | 'textFont' | 'textColor' | 'textGravity' | 'textBackground'
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

function planText(
  { text, textFont, ...options }: LayerOptions,
  size: Size,
  given: Uint8Array | undefined,
): PlannedLayers {
  if (text === undefined) return noLayers
  const bytes = textFont && checkFont(textFont, given)
  return {
    bytes: estimateText(size) + estimateFont(bytes),
    async draw() {
      const font = bytes && (await loadFont(bytes))
      const layer = await drawText({ text, ...options, font }, size)
      return layer === undefined ? [] : [layer]
    },
  }
}
