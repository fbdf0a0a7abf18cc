import type { OriginalFormat, Size } from '@iaas/common/image'
import type { Metadata, Sharp } from 'sharp'
import type { Amendment } from './amendment.ts'
import type { MetadataBlocks } from './exif/find-location.ts'
import type { Orientation } from './orientation.ts'
import type { SourceFacts } from './source-facts.ts'

/** Colours that a file declares. */
export type DeclaredColours = {
  readonly profile?: Buffer | undefined
  /** True if numbers declare colours other than those of sRGB. */
  readonly isTagged: boolean
}

/** Reads files of one input format. A field that is left out has nothing to do in this format. */
export type Reader = {
  /** Loader of libvips, without its prefix; undefined if `open` decodes without libvips. */
  readonly loader?: string
  /**
   * Rejects a file that is costly to open, or of a kind that decoders misread, before a decoder opens it.
   *
   * @throws AppError IMAGE_TOO_COSTLY, IMAGE_UNSUPPORTED; errors of the file system
   */
  readonly check: (path: string, head: Uint8Array, frame: number) => void
  /** True if the decoder finds frames or pages other than the first. Each has an amendment of its own. */
  readonly hasFrames?: boolean
  /** Rejects an upload that is costly to decode. @throws AppError IMAGE_TOO_COSTLY */
  readonly checkUpload?: (path: string) => void
  /** Reads the header of a plain file without a decoder. @returns undefined if a decoder must judge */
  readonly readPlain?: (path: string) => SourceFacts | undefined
  /** Reads the header without libvips. */
  readonly inspect?: (path: string) => SourceFacts
  /** Decodes the image without libvips. Its colours are those of its profile, or sRGB. */
  readonly open?: (path: string, source: SourceFacts, maxPixels: number) => Promise<Sharp>
  /** Reads EXIF and XMP without libvips. */
  readonly readMetadata?: (path: string) => MetadataBlocks
  /** Reads the colours without libvips: an ICC profile, or numbers that are not those of sRGB. */
  readonly readColours?: (path: string) => DeclaredColours
  /** Counts the bytes of a file that are in memory while it is decoded. */
  readonly countHeldBytes?: (path: string) => number
  /** Returns the size of the largest image that is decoded, of which only a part may be displayed. */
  readonly readCodedSize?: (path: string) => Size | undefined
  /** Returns what libvips reads: the file itself, unless set. */
  readonly toInput?: (path: string) => string | Buffer
  readonly amend?: (path: string, metadata: Metadata, frame: number) => Amendment | undefined
  readonly isLossless: (path: string) => boolean
  /** Returns true if the chroma of a lossy file is subsampled. */
  readonly hasHalvedColours?: (path: string, metadata: Metadata) => boolean
  /** True if all files of the format have a palette. */
  readonly isIndexed?: boolean
  /** Returns the quality that a file was written with, 1 to 100; undefined if it cannot be estimated. */
  readonly readQuality?: (path: string) => number | undefined
  /** Counts the bytes of the encoded pixels, without metadata and profile; undefined if the file cannot be parsed. */
  readonly countImageBytes?: (path: string) => number | undefined
  /** Removes metadata. @returns the pieces of the file; undefined if the container cannot be followed */
  readonly strip?: (file: Buffer, orientation: Orientation) => readonly Buffer[] | undefined
  /** Estimates the memory of decoding, bytes per pixel, as measured for the loader (rounded up). */
  readonly decodeBytesPerPixel: (source: SourceFacts) => number
  /** True if the decoder can draw the image in any size. */
  readonly isDrawing?: boolean
  /** Returns true if decoding costs much more than decoding a working copy, even with eight bits per channel. */
  readonly isCostly: (source: SourceFacts) => boolean
  /** Format of an original that is encoded again, if it is another one. */
  readonly encodesAs?: (source: SourceFacts) => OriginalFormat
  /** Encodes an original again, baseline and not interlaced, because those are cheap to decode later. */
  readonly encode: (image: Sharp, source: SourceFacts, quality: number) => Sharp
  /** Corrects a file that `encode` wrote. */
  readonly finish?: (path: string) => void
}
