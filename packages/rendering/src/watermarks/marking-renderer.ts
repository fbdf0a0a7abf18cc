import { ConfigError } from '@iaas/common/config/config-error'
import type { FindFont, FindWatermark } from '@iaas/common/image'
import { repeat } from '@iaas/common/lifecycle/repeat'
import {
  type CreatedRenderer,
  type RendererConfig,
  type RendererParts,
  createRenderer,
} from '../create-renderer.ts'
import { checkFonts } from '../fonts/check-fonts.ts'
import type { FontSettings } from '../fonts/config.ts'
import { loadFonts } from '../fonts/fonts.ts'
import { checkWatermarks } from './check-watermarks.ts'
import type { WatermarkSettings } from './config.ts'
import { loadWatermarks } from './watermarks.ts'

const refreshEveryMs = 5000

export type MarkingConfig = RendererConfig & {
  readonly watermarks: Readonly<Record<string, WatermarkSettings>>
  readonly fonts: FontSettings
}

export type MarkingParts = RendererParts & {
  readonly originals: Parameters<typeof loadWatermarks>[0]['originals']
}

export type MarkingRenderer = AsyncDisposable & {
  readonly renderer: CreatedRenderer
  readonly findWatermark: FindWatermark
  readonly findFont: FindFont
}

/**
 * Creates a renderer that draws the configured watermarks, and writes in the configured fonts.
 *
 * @throws ConfigError that names every watermark and font that cannot be used
 */
export async function createMarkingRenderer(
  config: MarkingConfig,
  parts: MarkingParts,
): Promise<MarkingRenderer> {
  const { originals, log } = parts
  const { watermarks: settings } = config
  const [watermarks, fonts] = await settleAll(
    loadWatermarks({ settings, originals, log }),
    loadFonts(config.fonts),
  )
  const { overlays } = watermarks
  const renderer = createRenderer(config, { ...parts, overlays, fonts: fonts.files })
  try {
    const { files } = renderer
    await settleAll(
      checkWatermarks(settings, watermarks, { files, log }),
      checkFonts(config.fonts, fonts, { files, log }),
    )
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
    findFont: fonts.find,
    async [Symbol.asyncDispose]() {
      await refreshing?.[Symbol.asyncDispose]()
      await renderer[Symbol.asyncDispose]()
    },
  }
}

/** Waits for both. @throws ConfigError with the problems of both; any other error of one of them */
async function settleAll<First, Second>(
  first: Promise<First>,
  second: Promise<Second>,
): Promise<readonly [First, Second]> {
  const results = await Promise.allSettled([first, second])
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  const problems = errors.flatMap((error) => (error instanceof ConfigError ? error.problems : []))
  const other = errors.find((error) => !(error instanceof ConfigError))
  if (other !== undefined) throw other
  if (problems.length > 0) throw new ConfigError(problems)
  return [await first, await second]
}
