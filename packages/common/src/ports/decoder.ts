import type { Point, Size, Variant } from '../image/index.ts'
import type { ImageFacts } from '../image-facts.ts'
import type { OriginalKey } from '../original-ref.ts'
import type {
  CopyOutcome,
  DescribeTask,
  ImageInfo,
  IngestTask,
  InspectOptions,
  Ingested,
  RenderOutcome,
} from './renderer.ts'

/** Local image to decode. Stays at its path until the task ends. */
type ImageFile = {
  readonly path: string
  /** Names the image for the quarantine; undefined: its path does. */
  readonly original?: OriginalKey | undefined
}

export type InspectFileTask = ImageFile & InspectOptions

export type DescribeFileTask = ImageFile & Omit<DescribeTask, 'original'>

export type RenderFileTask = ImageFile & {
  readonly variant: Variant
  /**
   * Quality that `quality=auto` stands for, 1 to 100, if the file is a working copy of the original. Otherwise it is
   * read from the file.
   */
  readonly originalQuality?: number | undefined
  /** Image of the watermark of the variant. */
  readonly overlay?: Uint8Array | undefined
  /** Font of the text of the variant. */
  readonly font?: Uint8Array | undefined
  /** Largest result; see `planRender`. */
  readonly bounds: Size
  /** Same as in `RenderTask`. */
  readonly focal?: Point | undefined
  /** Same as in `RenderTask`. */
  readonly striking?: Point | undefined
  /** Same as in `RenderTask`. */
  readonly client?: string | undefined
}

export type IngestFileTask = IngestTask & {
  /**
   * Removes metadata that is not needed for display, such as EXIF, from JPEG, PNG, WebP, HEIC and JPEG XL. Keeps pixels, profile and
   * orientation.
   */
  readonly stripMetadata: boolean
}

export type CopyFileTask = ImageFile & {
  /** Path for the copy. */
  readonly outputPath: string
}

/**
 * Does the work of a renderer on local files: child processes of this one, or a renderer service. Fails as `Renderer`
 * and `Copier` do.
 */
export type Decoder = {
  inspect(task: InspectFileTask, signal?: AbortSignal): Promise<ImageInfo>
  describe(task: DescribeFileTask, signal?: AbortSignal): Promise<ImageFacts>
  render(task: RenderFileTask, signal?: AbortSignal): Promise<RenderOutcome>
  ingest(task: IngestFileTask, signal?: AbortSignal): Promise<Ingested>
  copy(task: CopyFileTask, signal?: AbortSignal): Promise<CopyOutcome>
}
