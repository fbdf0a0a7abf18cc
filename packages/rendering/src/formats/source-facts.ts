import type { OriginalFormat, Size } from '@iaas/common/image'
import type { Orientation } from './orientation.ts'
import type { Amendment } from './amendment.ts'

/** An original of several frames that are shown in turn. */
export type Animation = {
  readonly frames: number
  /** Size of each frame as it is decoded, px. */
  readonly size: Size
  /** Time that each frame is shown, ms. */
  readonly delays: readonly number[]
  /** Number of repetitions; 0: endless. */
  readonly loop: number
}

/** Facts about an image from its header, before any pixel is decoded. */
export type SourceFacts = {
  readonly format: OriginalFormat
  /** Displayed size, px. */
  readonly size: Size
  /** Number of decoded pixels: more than displayed if the file declares a crop. */
  readonly pixels: number
  /** Frames of a format that can be animated; 1 unless set. */
  readonly frames?: number
  /** Frame or page that is decoded; the first one unless set. */
  readonly frame?: number
  readonly orientation: Orientation
  readonly colours: 'grey' | 'rgb' | 'other'
  readonly hasAlpha: boolean
  /** True for a lossy image whose chroma is subsampled. */
  readonly hasHalvedColours: boolean
  /** True if the format, as used here, keeps pixels exactly. */
  readonly isLossless: boolean
  /** True if the pixels are entries of a palette. */
  readonly isIndexed: boolean
  /** Progressive JPEG or interlaced PNG: the whole image is in memory while it is decoded. */
  readonly isProgressive: boolean
  /** Bytes per decoded pixel. */
  readonly bytesPerPixel: number
  /** True for more than eight bits per channel, after the amendment. */
  readonly isDeep: boolean
  /** True if samples are amounts of light in floating point; false unless set. */
  readonly isLinear?: boolean
  readonly amendment?: Amendment | undefined
  /**
   * Colours that decoding yields, sRGB unless set. `own`: those of the ICC profile of the file. `p3`: Display P3, for
   * colours that the file declares by numbers.
   */
  readonly decodesTo?: 'own' | 'p3'
  /** Factor by which a drawing is larger than it declares; 1 unless set. */
  readonly zoom?: number
  /** undefined for a still image. */
  readonly animation?: Animation | undefined
  /** Bytes of the file held in memory while it is decoded; none unless set. */
  readonly heldBytes?: number
  /** Bytes of the encoded pixels, without metadata and profile; undefined if reading the header did not count them. */
  readonly imageBytes?: number
}

/** Resolves when that many bytes of memory may be used. */
export type Admit = (bytes: number) => Promise<void>
