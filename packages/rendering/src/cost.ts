import type { Format, Size } from '@iaas/common/image'
import { type SourceFacts } from './child/source-facts.ts'

const mebibyte = 1024 * 1024
/** A child with a small picture in its hands. */
const baseBytes = 40 * mebibyte
/** Buffers of scaling and encoding, by output pixel; lossless WebP, which only lossless sources become, keeps many copies. */
const bytesPerOutputPixel = { lossless: 32, other: 12 } as const
/** All pixels of an enlargement lie in memory, with their margins and a copy of them. */
const enlargedBytesPerPixel = 10
/** All pixels of a source that is amended lie in memory: four channels of two bytes, and the result of one each. */
const amendedBytesPerPixel = 12
/** A file that a decoder gets from memory is read for its header, and once more for its pixels. */
const heldCopies = 2
/** All pixels of a JPEG that lacks its end lie in memory: to look for the end, and to fill what is missing. */
const repairCopies = 2
/** How many rows of the source lie in buffers between the steps: next to nothing, but for a very wide one. */
const bufferedRows = 256

/**
 * The memory that decoding takes, in bytes by pixel, as measured for each loader (rounded up): a decoder that works
 * row by row needs little, one that must see the whole picture first needs all of it.
 */
function decodeBytesPerPixel({ format, isProgressive, bytesPerPixel }: SourceFacts): number {
  switch (format) {
    case 'jpg':
    case 'png':
      return isProgressive ? 2 * bytesPerPixel + 2 : 2
    case 'gif':
      return 5
    case 'avif':
      return 25
    case 'webp':
      return 9
    case 'tiff':
      return Math.max(4, bytesPerPixel + 1)
  }
}

/** The image that is written. */
export type Output = Size & {
  readonly format?: Format
  readonly isEnlarged?: boolean
}

/**
 * An estimate of the memory that a picture takes from its header to its rendition, bytes.
 *
 * @param output undefined where nothing is written
 */
export function estimateMemory(source: SourceFacts, output: Output | undefined): number {
  const { size, bytesPerPixel, isLossless, heldBytes = 0 } = source
  const amending = source.amendment === undefined ? 0 : amendedBytesPerPixel
  const decoding = source.pixels * (decodeBytesPerPixel(source) + amending)
  const rows = Math.max(size.width, size.height) * bytesPerPixel * bufferedRows
  const encoding = output === undefined ? 0 : estimateOutput(output, isLossless)
  return estimateOpening(heldBytes) + decoding + rows + encoding
}

/** Estimates the memory that the header of an image takes, of whose file so many bytes lie in memory, bytes. */
export function estimateOpening(heldBytes: number): number {
  return baseBytes + heldCopies * heldBytes
}

/** Estimates the memory of an upload, bytes. Its file is read whole to remove its metadata, after it was decoded. */
export function estimateIngest(
  source: SourceFacts,
  output: Output | undefined,
  readBytes: number,
): number {
  return Math.max(estimateMemory(source, output), baseBytes + readBytes)
}

/** Estimates the memory of a JPEG that lacks its end, bytes. Its file is read whole. */
export function estimateRepair(
  source: SourceFacts,
  output: Output | undefined,
  readBytes: number,
): number {
  const pixels = repairCopies * source.pixels * source.bytesPerPixel
  return estimateMemory(source, output) + readBytes + pixels
}

function estimateOutput(
  { width, height, format, isEnlarged }: Output,
  isLossless: boolean,
): number {
  const encoding = bytesPerOutputPixel[isLossless && format === 'webp' ? 'lossless' : 'other']
  return width * height * (encoding + (isEnlarged === true ? enlargedBytesPerPixel : 0))
}
