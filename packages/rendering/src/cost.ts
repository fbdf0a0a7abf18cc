import type { Format, Size } from '@iaas/common/image'
import type { SourceFacts } from './child/inspect.ts'

const mebibyte = 1024 * 1024
/** A child with a small picture in its hands. */
const baseBytes = 40 * mebibyte
/** Buffers of scaling and encoding, by output pixel; lossless WebP, which only lossless sources become, keeps many copies. */
const bytesPerOutputPixel = { lossless: 32, other: 12 } as const
/** All pixels of an enlargement lie in memory, with their margins and a copy of them. */
const enlargedBytesPerPixel = 10
/** All pixels of a source that is amended lie in memory: four channels of two bytes, and the result of one each. */
const amendedBytesPerPixel = 12
/** How many rows of the source lie in buffers between the steps: next to nothing, but for a very wide one. */
const bufferedRows = 256

/**
 * The memory that decoding takes, in bytes by pixel, as measured for each loader (rounded up): a decoder that works
 * row by row needs little, one that must see the whole picture first needs all of it.
 */
function decodeBytesPerPixel({ format, isProgressive, bytesPerPixel }: SourceFacts): number {
  switch (format) {
    case 'jpeg':
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

/** What is written. */
type Output = Size & {
  readonly format?: Format
  readonly isEnlarged?: boolean
}

/**
 * An estimate of the memory that a picture takes from its header to its rendition, bytes.
 *
 * @param output undefined where nothing is written
 */
export function estimateMemory(source: SourceFacts, output: Output | undefined): number {
  const { size, bytesPerPixel, isLossless } = source
  const amending = source.amendment === undefined ? 0 : amendedBytesPerPixel
  const decoding = source.pixels * (decodeBytesPerPixel(source) + amending)
  const rows = Math.max(size.width, size.height) * bytesPerPixel * bufferedRows
  return (
    baseBytes + decoding + rows + (output === undefined ? 0 : estimateOutput(output, isLossless))
  )
}

function estimateOutput(
  { width, height, format, isEnlarged }: Output,
  isLossless: boolean,
): number {
  const encoding = bytesPerOutputPixel[isLossless && format === 'webp' ? 'lossless' : 'other']
  return width * height * (encoding + (isEnlarged === true ? enlargedBytesPerPixel : 0))
}
