import { statSync } from 'node:fs'
import type { Format, OriginalFormat, Size } from '@iaas/common/image'
import { readers } from './readers.ts'
import type { SourceFacts } from './source-facts.ts'

const mebibyte = 1024 * 1024
/** Memory of a child that works on a small image. */
const baseBytes = 40 * mebibyte
/**
 * Buffers for scaling and encoding, bytes per output pixel. Lossless WebP, used only for lossless sources, keeps many
 * copies. AVIF takes 16 without alpha and 34 with it at the default effort; more effort takes up to 56.
 */
const bytesPerOutputPixel = { losslessWebp: 32, avif: 40, other: 12 } as const
/** Bytes per pixel of an enlargement, which is in memory as a whole, with its margins and a copy. */
const enlargedBytesPerPixel = 10
/** Bytes per pixel between two passes: the pixels before and after, four channels each, and the decoder's copy. */
const workedBytesPerPixel = 16
/** Bytes per pixel of an image whose border is searched: its pixels, and a copy of them if it is turned. */
const trimmedBytesPerPixel = 9
/**
 * Bytes per pixel of an amended source, which is in memory as a whole: four channels of two bytes, and the result of
 * one byte each.
 */
const amendedBytesPerPixel = 12
/** A file decoded from memory is read once for its header and once for its pixels. */
const heldCopies = 2
/** A truncated JPEG is in memory as a whole twice: to find its end and to fill in the missing rows. */
const repairCopies = 2
/** Number of source rows buffered between the steps; significant only for very wide images. */
const bufferedRows = 256

/** Image to be written. */
export type Output = Size & {
  readonly format?: Format
  readonly isEnlarged?: boolean
  /** True if it is drawn in more than one pass. */
  readonly isWorked?: boolean
}

/**
 * Estimates the memory of an image from its header to its rendition, bytes.
 *
 * @param output undefined if nothing is written
 */
export function estimateMemory(source: SourceFacts, output: Output | undefined): number {
  const { size, bytesPerPixel, isLossless, heldBytes = 0 } = source
  const amending = source.amendment === undefined ? 0 : amendedBytesPerPixel
  const decoding = source.pixels * (readers[source.format].decodeBytesPerPixel(source) + amending)
  const rows = Math.max(size.width, size.height) * bytesPerPixel * bufferedRows
  const encoding = output === undefined ? 0 : estimateOutput(output, isLossless)
  return estimateOpening(heldBytes) + decoding + rows + encoding
}

/** Estimates the memory of looking for a border, bytes. */
export function estimateTrim(source: SourceFacts, { width, height }: Size): number {
  return estimateMemory(source, undefined) + width * height * trimmedBytesPerPixel
}

/** Estimates the memory of reading a header, bytes. @param heldBytes bytes of the file held in memory */
export function estimateOpening(heldBytes: number): number {
  return baseBytes + heldCopies * heldBytes
}

/** Estimates the memory of reading the metadata of an image, bytes: the decoder and the reader have a copy each. */
export function estimateMetadata(path: string, format: OriginalFormat): number {
  const fileBytes = statSync(path).size
  return 2 * (fileBytes - (readers[format].countImageBytes?.(path) ?? fileBytes))
}

/** Estimates the memory of an upload, bytes. After decoding, its file is read as a whole to remove its metadata. */
export function estimateIngest(
  source: SourceFacts,
  output: Output | undefined,
  readBytes: number,
): number {
  return Math.max(estimateMemory(source, output), baseBytes + readBytes)
}

/** Estimates the memory of a truncated JPEG, bytes. Its file is read as a whole. */
export function estimateRepair(
  source: SourceFacts,
  output: Output | undefined,
  readBytes: number,
): number {
  const pixels = repairCopies * source.pixels * source.bytesPerPixel
  return estimateMemory(source, output) + readBytes + pixels
}

function estimateOutput(
  { width, height, format, isEnlarged, isWorked }: Output,
  isLossless: boolean,
): number {
  const encoding = bytesPerOutputPixel[encoderOf(format, isLossless)]
  const enlarging = isEnlarged === true ? enlargedBytesPerPixel : 0
  const working = isWorked === true ? workedBytesPerPixel : 0
  return width * height * (encoding + enlarging + working)
}

function encoderOf(
  format: Format | undefined,
  isLossless: boolean,
): keyof typeof bytesPerOutputPixel {
  if (format === 'avif') return 'avif'
  return isLossless && format === 'webp' ? 'losslessWebp' : 'other'
}
