import type { OriginalFormat, Region, Size, Variant } from '../image/index.ts'

/** What is known of a picture from its header, before any pixel is decoded. */
export type ImageInfo = {
  readonly format: OriginalFormat
  /** As it is displayed: after EXIF orientation, px. */
  readonly size: Size
}

export type RenderJob = {
  /** The file of the original. */
  readonly path: string
  readonly variant: Variant
  /**
   * What `quality=auto` means, where the file is a working copy of the original; otherwise the file itself tells, 1 to 100.
   */
  readonly originalQuality?: number | undefined
  /** The largest result; see `planRender`. */
  readonly bounds: Size
  /** Who asks, for fairness alone: opaque, and undefined for work of our own. */
  readonly client?: string | undefined
}

/** What came of a render: the bytes, or a cover whose result would leave the bounds (nothing was rendered). */
export type RenderOutcome =
  | {
      readonly kind: 'rendered'
      readonly bytes: Uint8Array
      readonly timing: RenderTiming
      /** Whether a working copy would make the next render of this file cheaper. */
      readonly isCostly: boolean
    }
  | { readonly kind: 'out-of-bounds'; readonly source: Size }

/** Where the time of a render went, ms. */
export type RenderTiming = { readonly queueMs: number; readonly renderMs: number }

export type IngestJob = {
  /** The uploaded file. */
  readonly path: string
  /** Where a re-encoded file is to be written, should one be needed. */
  readonly outputPath: string
  /** Of the picture as it is displayed. */
  readonly crop: Region | undefined
  /** Whether JPEG, PNG and WebP lose what is not needed to show them, such as EXIF; pixels, profile and orientation stay. */
  readonly stripMetadata: boolean
  /** As of a `RenderJob`. */
  readonly client?: string | undefined
}

/**
 * Warnings to the uploader of an original that is kept. `truncated`: a JPEG lacks its end, and at least 95 % of its rows
 * are there. `location`: the original, which is public, says where it was taken.
 */
export const ingestWarnings = ['truncated', 'location'] as const
export type IngestWarning = (typeof ingestWarnings)[number]

export type Ingested = {
  /** Whether the original to keep was written to `outputPath`; otherwise it is the uploaded file, byte for byte. */
  readonly reencoded: boolean
  readonly format: OriginalFormat
  /** Of the original to keep, as it is displayed, px. */
  readonly size: Size
  /** undefined where there is none. */
  readonly warnings?: readonly IngestWarning[] | undefined
}

export type CopyJob = {
  /** The file of the original. */
  readonly path: string
  /** Where the copy is to be written. */
  readonly outputPath: string
}

/** What came of a working copy; `quality` is that of the original, 1 to 100. Pointless: the original is cheap enough. */
export type CopyOutcome =
  { readonly kind: 'copied'; readonly quality: number } | { readonly kind: 'pointless' }

/** The part that makes working copies: pictures that show what an original shows, and cost less to decode. */
export type Copier = {
  /**
   * Works only where nobody waits for a render. The copy is durable when this resolves.
   *
   * @throws AppError as a renderer does; RENDERER_BUSY while there is something else to do
   */
  copy(job: CopyJob, signal?: AbortSignal): Promise<CopyOutcome>
}

/**
 * The part that decodes pictures. Every failure is an AppError: IMAGE_DAMAGED, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE,
 * IMAGE_TOO_COSTLY, INVALID_CROP for the picture; RENDERER_BUSY, RENDERER_UNREACHABLE, RENDER_TIMEOUT, RENDER_FAILED and
 * RENDER_QUARANTINED for the work. An aborted signal takes work out of the queue, and ends it where it runs.
 */
export type Renderer = {
  inspect(path: string, signal?: AbortSignal): Promise<ImageInfo>
  render(job: RenderJob, signal?: AbortSignal): Promise<RenderOutcome>
  /** Checks an upload by decoding all of it, and crops or shrinks it where that is asked for or needed. */
  ingest(job: IngestJob, signal?: AbortSignal): Promise<Ingested>
}
