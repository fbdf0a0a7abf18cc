import { ConfigError } from '@iaas/common/config/config-error'
import { type ErrorCode, isAppError } from '@iaas/common/errors'
import { type Variant, defaultVariantOptions, parseImageId } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { Decoder } from '@iaas/common/ports/decoder'
import type { WatermarkSettings } from './config.ts'
import type { Watermarks } from './watermarks.ts'

/** Errors of an image that cannot be decoded. All others tell nothing of the image. */
const imageErrors: readonly ErrorCode[] = [
  'IMAGE_DAMAGED',
  'IMAGE_UNSUPPORTED',
  'IMAGE_TOO_LARGE',
  'IMAGE_TOO_COSTLY',
  'RENDER_FAILED',
]

const bounds = { width: 8, height: 8 }

/**
 * Decodes the files among the images of watermarks, each as a watermark on itself. Originals were decoded when they were
 * uploaded.
 *
 * @throws ConfigError that names every file that cannot be decoded
 */
export async function checkWatermarks(
  settings: Readonly<Record<string, WatermarkSettings>>,
  { find, overlays }: Watermarks,
  { files, log }: { readonly files: Pick<Decoder, 'render'>; readonly log: Logger },
): Promise<void> {
  const problems: string[] = []
  for (const [name, { file: path }] of Object.entries(settings)) {
    const watermark = path === undefined ? undefined : find(name)
    if (path === undefined || watermark === undefined) continue
    const frame = { id: parseImageId('watermark'), ...bounds, format: 'png' } as const
    const variant: Variant = { ...defaultVariantOptions, ...frame, watermark }
    try {
      await files.render({ path, variant, bounds, overlay: overlays.find(watermark.overlay) })
    } catch (error) {
      if (isAppError(error, ...imageErrors)) problems.push(`watermarks.${name}: ${error.message}`)
      else log.warn('watermark not checked', { watermark: name, error })
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
}
