import type { OriginalFormat, Point, Region, Size, Variant } from '../image/index.ts'
import type { ImageFacts } from '../image-facts.ts'
import type { OriginalRef } from '../original-ref.ts'
import type { WorkingCopy } from './working-copy-store.ts'

/** Facts about an image from its header, before any pixel is decoded. */
export type ImageInfo = {
  readonly format: OriginalFormat
  /** Displayed size, after EXIF orientation, px. */
  readonly size: Size
  /** True if every pixel is opaque; only if it was asked for. */
  readonly isOpaque?: boolean | undefined
}

export type InspectOptions = {
  /** Frame or page to inspect; the first one unless set. */
  readonly frame?: number | undefined
  /** Also tells whether the image is opaque, which may require its pixels. */
  readonly opacity?: boolean | undefined
}

export type RenderTask = {
  readonly original: OriginalRef
  readonly variant: Variant
  /** Image with the content of the original that is decoded in its place. */
  readonly copy?: WorkingCopy | undefined
  /** Focal point of the original, if it has one and the variant is cropped around it. */
  readonly focal?: Point | undefined
  /** Striking point of the part that the variant shows, if it is known. */
  readonly striking?: Point | undefined
  /** Opaque name of the client, used for fairness only; undefined for background work. */
  readonly client?: string | undefined
}

/** Result of a render: the bytes, or a cover whose result would exceed the bounds (nothing was rendered). */
export type RenderOutcome =
  | {
      readonly kind: 'rendered'
      readonly bytes: Uint8Array
      readonly timing: RenderTiming
      /** True if a working copy would make the next render of this file cheaper. */
      readonly isCostly: boolean
      /** Set if the image is not what was asked for. */
      readonly note?: RenderNote | undefined
      /** Striking point around which the image is cropped. */
      readonly striking?: Point | undefined
    }
  | { readonly kind: 'out-of-bounds'; readonly source: Size }

/**
 * `animation-too-long`: the first frame, because all of them would take too much time or memory. `animation-damaged`: the
 * first frame, because a later one cannot be decoded.
 */
export const renderNotes = ['animation-too-long', 'animation-damaged'] as const
export type RenderNote = (typeof renderNotes)[number]

/** Durations of a render, ms. */
export type RenderTiming = { readonly queueMs: number; readonly renderMs: number }

export type IngestTask = {
  /** Uploaded file. */
  readonly path: string
  /** Path for a re-encoded file, if one is needed. */
  readonly outputPath: string
  /** Region of the displayed image. */
  readonly crop: Region | undefined
  /** Same as in `RenderTask`. */
  readonly client?: string | undefined
}

/**
 * Warnings about an original that was accepted. `truncated`: a JPEG lacks its end but has at least 95 % of its rows.
 * `location`: the original, which is public, says where it was taken.
 */
export const ingestWarnings = ['truncated', 'location'] as const
export type IngestWarning = (typeof ingestWarnings)[number]

export type Ingested = {
  /** True if the original to keep was written to `outputPath`; otherwise it is the uploaded file, byte for byte. */
  readonly reencoded: boolean
  readonly format: OriginalFormat
  /** Displayed size of the original to keep, px. */
  readonly size: Size
  /** undefined if there are none. */
  readonly warnings?: readonly IngestWarning[] | undefined
  /** True for an animation that no variant keeps. No warning of the list, which earlier releases would not read. */
  readonly isTooLong?: boolean | undefined
}

export type CopyTask = {
  readonly original: OriginalRef
  /** Path for the copy. */
  readonly outputPath: string
}

/**
 * Result of making a working copy. `quality` is that of the original, 1 to 100. `pointless`: the original is cheap to
 * decode.
 */
export type CopyOutcome =
  { readonly kind: 'copied'; readonly quality: number } | { readonly kind: 'pointless' }

/** Makes working copies: images with the same content as an original that cost less to decode. */
export type Copier = {
  /**
   * Makes a working copy, only while nobody waits for a render. Resolves once the copy is durable.
   *
   * @throws AppError as a renderer does; RENDERER_BUSY while there is other work
   */
  copy(task: CopyTask, signal?: AbortSignal): Promise<CopyOutcome>
}

export type DescribeTask = {
  readonly original: OriginalRef
  /** Same as in `RenderTask`. */
  readonly client?: string | undefined
  /** Runs only while nobody waits for a render; otherwise fails with RENDERER_BUSY at once. */
  readonly onlyIdle?: boolean | undefined
}

/**
 * Decodes and encodes images. Originals are named by reference; a file has a path only where it is decoded. Every failure is an AppError: IMAGE_DAMAGED, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE,
 * IMAGE_TOO_COSTLY, INVALID_CROP for the image; RENDERER_BUSY, RENDERER_UNREACHABLE, RENDER_TIMEOUT, RENDER_FAILED and
 * RENDER_QUARANTINED for the work. An aborted signal removes queued work and stops running work.
 */
export type Renderer = {
  inspect(original: OriginalRef, signal?: AbortSignal, options?: InspectOptions): Promise<ImageInfo>
  /** Collects the facts about an original from its header and its pixels. */
  describe(task: DescribeTask, signal?: AbortSignal): Promise<ImageFacts>
  render(task: RenderTask, signal?: AbortSignal): Promise<RenderOutcome>
  /** Checks an upload by decoding it completely. Crops or shrinks it if requested or necessary. */
  ingest(task: IngestTask, signal?: AbortSignal): Promise<Ingested>
}
