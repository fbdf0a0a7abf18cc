import type { FindWatermark } from '@iaas/common/image'
import { repeat } from '@iaas/common/lifecycle/repeat'
import {
  type CreatedRenderer,
  type RendererConfig,
  type RendererParts,
  createRenderer,
} from '../create-renderer.ts'
import { checkWatermarks } from './check-watermarks.ts'
import type { WatermarkSettings } from './config.ts'
import { loadWatermarks } from './watermarks.ts'

const refreshEveryMs = 5000

export type MarkingConfig = RendererConfig & {
  readonly watermarks: Readonly<Record<string, WatermarkSettings>>
}

export type MarkingParts = RendererParts & {
  readonly originals: Parameters<typeof loadWatermarks>[0]['originals']
}

export type MarkingRenderer = AsyncDisposable & {
  readonly renderer: CreatedRenderer
  readonly findWatermark: FindWatermark
}

/**
 * Creates a renderer that draws the configured watermarks.
 *
 * @throws ConfigError that names every watermark that cannot be drawn
 */
export async function createMarkingRenderer(
  config: MarkingConfig,
  parts: MarkingParts,
): Promise<MarkingRenderer> {
  const { originals, log } = parts
  const { watermarks: settings } = config
  const watermarks = await loadWatermarks({ settings, originals, log })
  const renderer = createRenderer(config, { ...parts, overlays: watermarks.overlays })
  try {
    await checkWatermarks(settings, watermarks, { files: renderer.files, log })
  } catch (error) {
    await renderer[Symbol.asyncDispose]()
    throw error
  }
  const hasOriginals = Object.values(settings).some(({ original }) => original !== undefined)
  const refreshing = hasOriginals
    ? repeat('refresh of watermarks', watermarks.refresh, refreshEveryMs, log)
    : undefined
  return {
    renderer,
    findWatermark: watermarks.find,
    async [Symbol.asyncDispose]() {
      await refreshing?.[Symbol.asyncDispose]()
      await renderer[Symbol.asyncDispose]()
    },
  }
}
