import { type OriginalFormat, type Size, sniffFormat, sniffLength } from '@iaas/common/image'
import type { Metadata } from 'sharp'
import { readCodedSize } from './avif/coded-size.ts'
import { countHeldBytes, isAv1 } from './avif/brand.ts'
import { readAvifFacts } from './avif/quality.ts'
import { estimateOpening } from './cost.ts'
import { readHead } from './files.ts'
import { toOrientation, toStoredSize } from './orientation.ts'
import { isCameraRaw } from './tiff/camera-raw.ts'
import { readTiffKind } from './tiff/kind.ts'
import { isLosslessWebp } from './webp/is-lossless.ts'
import { findAmendment } from './amendment.ts'
import { checkChannels, checkDepth, checkSize } from './check-limits.ts'
import { checkPages, checkStructure } from './check-structure.ts'
import { openHeader } from './sharp.ts'
import type { Admit, SourceFacts } from './source-facts.ts'
import { unsupported } from './unsupported.ts'

const atOnce: Admit = async () => {}

/**
 * Reads the header of an image.
 *
 * @param admit called before a file is read as a whole
 * @throws AppError IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE; errors of sharp and of the file system
 */
export async function inspectFile(
  path: string,
  maxPixels: number,
  admit = atOnce,
): Promise<SourceFacts> {
  const head = readHead(path, sniffLength)
  const format = sniffFormat(head)
  if (format === undefined) throw unsupported(head)
  checkStructure(path, format)
  if (format === 'tiff') checkKind(path, head)
  const heldBytes = format === 'avif' ? countHeldBytes(path) : 0
  if (heldBytes > 0) await admit(estimateOpening(heldBytes))
  // Read before the decoder, which may take another part of the file for the image.
  const whole = format === 'avif' ? readWhole(path, head) : undefined
  const metadata = await readMetadata(path, format, head)
  const amendment = findAmendment(path, format, metadata)
  const orientation = toOrientation(metadata.orientation)
  const size = toStoredSize(amendment?.size ?? metadata, orientation)
  checkSize(size, maxPixels)
  const coded = whole ?? size
  checkSize(coded, maxPixels)
  const colours = toColours(metadata.space)
  checkChannels(metadata.channels, colours)
  const bytesPerChannel = channelBytes[metadata.depth]
  checkDepth(bytesPerChannel, metadata.space)
  const isLossless = isLosslessFile(path, format)
  return {
    format,
    size,
    pixels: coded.width * coded.height,
    orientation,
    colours,
    hasAlpha: amendment?.hasAlpha ?? metadata.hasAlpha,
    hasHalvedColours: !isLossless && findHalvedColours(path, format, metadata),
    isLossless,
    isIndexed: format === 'gif' || metadata.isPalette,
    isProgressive: metadata.isProgressive,
    bytesPerPixel: metadata.channels * bytesPerChannel,
    isDeep: bytesPerChannel > 1 && amendment === undefined,
    amendment,
    ...(heldBytes > 0 && { heldBytes }),
  }
}

function isLosslessFile(path: string, format: OriginalFormat): boolean {
  if (format === 'webp') return isLosslessWebp(path)
  return format !== 'jpg' && format !== 'avif'
}

/**
 * Returns true if the chroma is subsampled. Lossy WebP always is. An AVIF that cannot be parsed is assumed to be, like
 * nearly all.
 */
function findHalvedColours(path: string, format: OriginalFormat, metadata: Metadata): boolean {
  if (format === 'avif') return readAvifFacts(path)?.hasHalvedColours ?? true
  if (format === 'webp') return true
  return metadata.chromaSubsampling?.startsWith('4:4:4') === false
}

/**
 * Checks the kind of a file before a decoder reads it, which reports what it does not know as damaged, or shows
 * something else.
 */
function checkKind(path: string, head: Uint8Array): void {
  if (isCameraRaw(path)) throw unsupported(head, 'Camera raw')
  const kind = readTiffKind(path)
  if (kind.unsupported !== undefined) throw unsupported(head, kind.unsupported)
}

/** Reads the whole image of an AVIF, of which only a part may be displayed. */
function readWhole(path: string, head: Uint8Array): Size {
  const size = readCodedSize(path)
  if (size === undefined) throw unsupported(head, 'An AVIF that is built like this')
  return size
}

/** Bytes per channel, by sharp's name for the channel type. */
const channelBytes: Readonly<Record<Metadata['depth'], number>> = {
  uchar: 1,
  char: 1,
  ushort: 2,
  short: 2,
  uint: 4,
  int: 4,
  float: 4,
  complex: 8,
  double: 8,
  dpcomplex: 16,
}

function toColours(space: string): SourceFacts['colours'] {
  if (space === 'srgb' || space === 'rgb16') return 'rgb'
  return space === 'b-w' || space === 'grey16' ? 'grey' : 'other'
}

async function readMetadata(
  path: string,
  format: OriginalFormat,
  head: Uint8Array,
): Promise<Metadata> {
  // libvips derives the codec from the brand.
  if (format === 'avif' && !isAv1(path)) throw unsupported(head)
  const metadata = await openHeader(path, format).metadata()
  checkPages(metadata.pages ?? 1)
  return metadata
}
