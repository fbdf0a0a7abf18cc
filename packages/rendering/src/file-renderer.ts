import { AppError } from '@iaas/common/errors'
import { type Policy, type Variant, boundsFor, digestOfFont, isPlaced } from '@iaas/common/image'
import { originalKey } from '@iaas/common/original-ref'
import type { Decoder } from '@iaas/common/ports/decoder'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { Copier, RenderTask, Renderer } from '@iaas/common/ports/renderer'
import { useOriginal } from '@iaas/common/use-original'
import type { FontFiles } from './fonts/fonts.ts'
import type { Overlays } from './watermarks/overlays.ts'

export type FileRendererOptions = {
  readonly decoder: Decoder
  readonly originals: Pick<OriginalStore, 'open'>
  /** Bounds of the renders. */
  readonly policy: Policy
  /** See `IngestFileTask`. */
  readonly stripMetadata: boolean
  /** Images of watermarks; absent where there are none. */
  readonly overlays?: Overlays | undefined
  /** Fonts of texts; absent where there are none. */
  readonly fonts?: FontFiles | undefined
}

/**
 * Turns a decoder of local files into a renderer of originals: leases the file of each task for as long as the task
 * runs, and adds the settings that are the same for all tasks.
 */
export function createFileRenderer(options: FileRendererOptions): Renderer & Copier {
  const { decoder, originals, policy, stripMetadata, overlays, fonts } = options

  async function render(
    { original, copy, ...task }: RenderTask,
    path: string,
    signal?: AbortSignal,
  ) {
    const file = { path, original: originalKey(original), originalQuality: copy?.quality }
    const bounds = boundsFor(task.variant.format, policy)
    const overlay = findOverlay(task.variant, overlays)
    const font = findFont(task.variant, fonts)
    const layers = { ...(overlay && { overlay }), ...(font && { font }) }
    return decoder.render({ ...task, ...file, bounds, ...layers }, signal)
  }

  return {
    inspect: (original, signal, inspectOptions) =>
      useOriginal(originals, original, (path) =>
        decoder.inspect({ path, original: originalKey(original), ...inspectOptions }, signal),
      ),
    describe: ({ original, ...task }, signal) =>
      useOriginal(originals, original, (path) =>
        decoder.describe({ ...task, path, original: originalKey(original) }, signal),
      ),
    render: (task, signal) =>
      task.copy === undefined
        ? useOriginal(originals, task.original, (path) => render(task, path, signal))
        : render(task, task.copy.path, signal),
    ingest: (task, signal) => decoder.ingest({ ...task, stripMetadata }, signal),
    copy: ({ original, outputPath }, signal) =>
      useOriginal(originals, original, (path) =>
        decoder.copy({ path, original: originalKey(original), outputPath }, signal),
      ),
  }
}

/** Never takes another image than the one that the variant names. @throws AppError RENDERER_BUSY */
function findOverlay(
  { watermark }: Variant,
  overlays: Overlays | undefined,
): Uint8Array | undefined {
  if (watermark === undefined) return undefined
  const overlay = isPlaced(watermark) ? overlays?.find(watermark.overlay) : undefined
  if (overlay !== undefined) return overlay
  throw new AppError(
    'RENDERER_BUSY',
    'The image of the watermark has been replaced, or is not configured here. Try again later.',
  )
}

/** Never takes another font than the one that the variant names. @throws AppError RENDERER_BUSY */
function findFont({ textFont }: Variant, fonts: FontFiles | undefined): Uint8Array | undefined {
  if (textFont === undefined) return undefined
  const digest = digestOfFont(textFont)
  const font = digest && fonts?.find(digest)
  if (font !== undefined) return font
  throw new AppError(
    'RENDERER_BUSY',
    'The font of the text has been replaced, or is not configured here. Try again later.',
  )
}
