import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { ConfigError } from '@iaas/common/config/config-error'
import { createTemporaryFile } from '@iaas/common/disk/temporary-files'
import { isAppError } from '@iaas/common/errors'
import { type Variant, defaultVariantOptions, fontOfDigest, parseImageId } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { Decoder } from '@iaas/common/ports/decoder'
import type { FontSettings } from './config.ts'
import type { Fonts } from './fonts.ts'

const bounds = { width: 64, height: 64 }
/** A PNG of one pixel. */
const image = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
)

/**
 * Draws a text in each font.
 *
 * @throws ConfigError that names every font in which nothing can be drawn
 */
export async function checkFonts(
  settings: FontSettings,
  { find, files: fonts }: Fonts,
  { files, log }: { readonly files: Pick<Decoder, 'render'>; readonly log: Logger },
): Promise<void> {
  const problems: string[] = []
  for (const name of Object.keys(settings)) {
    const digest = find(name)
    if (digest === undefined) continue
    await using file = await createTemporaryFile(tmpdir())
    await writeFile(file.path, image)
    const frame = { id: parseImageId('font'), ...bounds, format: 'png' } as const
    const textFont = fontOfDigest(digest)
    const variant: Variant = { ...defaultVariantOptions, ...frame, text: 'Text', textFont }
    try {
      await files.render({ path: file.path, variant, bounds, font: fonts.find(digest) })
    } catch (error) {
      if (isAppError(error, 'RENDER_FAILED', 'IMAGE_TOO_COSTLY', 'RENDER_QUARANTINED')) {
        problems.push(`fonts.${name}: ${error.message}`)
      } else log.warn('font not checked', { font: name, error })
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
}
