import { readFile, stat } from 'node:fs/promises'
import { ConfigError } from '@iaas/common/config/config-error'
import { AppError, isAppError } from '@iaas/common/errors'
import type { FindWatermark, ImageId, OverlayDigest } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import { useOriginal } from '@iaas/common/use-original'
import type { WatermarkSettings } from './config.ts'
import {
  type Overlays,
  isOverlay,
  mostOverlayBytes,
  overlayDigest,
  overlayFormats,
} from './overlays.ts'

export type WatermarksOptions = {
  readonly settings: Readonly<Record<string, WatermarkSettings>>
  readonly originals: Pick<OriginalStore, 'find' | 'open'>
  readonly log: Logger
}

export type Watermarks = {
  readonly find: FindWatermark
  readonly overlays: Overlays
  /** Reads the originals among the images again if their versions have changed. */
  readonly refresh: () => Promise<void>
}

type Loaded = {
  readonly image: Image | undefined
  /** Version of the original; undefined for a file. */
  readonly version?: string
}

type Image = { readonly bytes: Uint8Array; readonly digest: OverlayDigest }

/**
 * Reads the images of all watermarks. Files are read once. Originals may be uploaded later: until then, addresses with
 * such a watermark are 404.
 *
 * @throws ConfigError that names every file that cannot be used
 */
export async function loadWatermarks(options: WatermarksOptions): Promise<Watermarks> {
  const { settings, originals, log } = options
  const loaded = await loadFiles(settings)

  /** Keeps what was read before while the store does not answer. */
  async function refreshOne(name: string, id: ImageId): Promise<void> {
    const original = await originals.find(id)
    if (original === undefined) return void loaded.delete(name)
    const { version } = original
    if (loaded.get(name)?.version === version) return
    try {
      const image = await useOriginal(originals, original, readImage)
      loaded.set(name, { image, version })
    } catch (error) {
      if (isAppError(error)) throw error
      log.warn('watermark not usable', { watermark: name, original: id, error })
      loaded.set(name, { image: undefined, version })
    }
  }

  async function refresh(): Promise<void> {
    for (const [name, { original }] of Object.entries(settings)) {
      if (original !== undefined) await refreshOne(name, original)
    }
  }

  await refresh().catch((error: unknown) => log.warn('watermarks not read', { error }))
  return {
    refresh,
    find(name) {
      const configured = Object.hasOwn(settings, name) ? settings[name] : undefined
      if (configured === undefined) return undefined
      const image = loaded.get(name)?.image ?? missing(name)
      const { gravity, opacity, scale, margin, repeat } = configured
      return { overlay: image.digest, gravity, opacity, scale, margin, repeat }
    },
    overlays: {
      find(digest) {
        const found = [...loaded.values()].find(({ image }) => image?.digest === digest)
        return found?.image?.bytes
      },
    },
  }
}

async function loadFiles(settings: WatermarksOptions['settings']): Promise<Map<string, Loaded>> {
  const loaded = new Map<string, Loaded>()
  const problems: string[] = []
  for (const [name, { file }] of Object.entries(settings)) {
    if (file === undefined) continue
    try {
      loaded.set(name, { image: await readImage(file) })
    } catch (error) {
      problems.push(`watermarks.${name}: ${explain(error)}; received ${JSON.stringify(file)}`)
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return loaded
}

async function readImage(path: string): Promise<Image> {
  const { size } = await stat(path)
  if (size > mostOverlayBytes) throw new Error(`must have at most ${mostOverlayBytes} bytes`)
  const bytes = await readFile(path)
  if (!isOverlay(bytes)) throw new Error(`must be one of ${overlayFormats.join(', ')}`)
  return { bytes, digest: overlayDigest(bytes) }
}

function explain(error: unknown): string {
  const isSystem = error instanceof Error && 'code' in error
  return isSystem || !(error instanceof Error) ? 'the file cannot be read' : error.message
}

function missing(name: string): never {
  throw new AppError(
    'ORIGINAL_NOT_FOUND',
    `The image of the watermark "${name}" is not there: its original has not been uploaded, or cannot be a watermark.`,
  )
}
