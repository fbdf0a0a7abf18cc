import {
  type OriginalFormat,
  type Size,
  formats,
  frameMissing,
  sniffFormat,
  sniffLength,
} from '@iaas/common/image'
import type { Metadata } from 'sharp'
import { checkChannels, checkDepth, checkPages, checkSize } from './check-limits.ts'
import { estimateOpening } from './cost.ts'
import { readHead } from './files.ts'
import { toOrientation, toStoredSize } from './orientation.ts'
import { readers } from './readers.ts'
import { openHeader } from './sharp.ts'
import type { Admit, Animation, SourceFacts } from './source-facts.ts'
import { unsupported } from './unsupported.ts'

const atOnce: Admit = async () => {}

/**
 * Reads the header of an image.
 *
 * @param admit called before a file is read as a whole
 * @throws AppError IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE; INVALID_OPTION for a frame that the file does not have; errors of
 * sharp and of the file system
 */
export async function inspectFile(
  path: string,
  maxPixels: number,
  admit = atOnce,
  frame = 0,
): Promise<SourceFacts> {
  const head = readHead(path, sniffLength)
  const format = sniffFormat(head)
  if (format === undefined) throw unsupported(head)
  const reader = readers[format]
  if (frame > 0 && reader.hasFrames !== true) throw frameMissing(frame, 1)
  reader.check(path, head, frame)
  const heldBytes = reader.countHeldBytes?.(path) ?? 0
  if (heldBytes > 0) await admit(estimateOpening(heldBytes))
  // Read before the decoder, which may take another part of the file for the image.
  const whole = reader.readCodedSize?.(path)
  if (whole !== undefined) checkSize(whole, maxPixels)
  const facts = reader.inspect?.(path)
  if (facts !== undefined) return checkFacts(facts, maxPixels)
  const metadata = await readMetadata(path, format, frame)
  const amendment = reader.amend?.(path, metadata, frame)
  const orientation = toOrientation(metadata.orientation)
  const size = toStoredSize(amendment?.size ?? metadata, orientation)
  checkSize(size, maxPixels)
  const coded = whole ?? size
  const colours = toColours(metadata.space)
  checkChannels(metadata.channels, colours)
  const bytesPerChannel = channelBytes[metadata.depth]
  checkDepth(bytesPerChannel, metadata.space)
  const isLossless = reader.isLossless(path)
  return {
    format,
    size,
    pixels: coded.width * coded.height,
    orientation,
    colours,
    hasAlpha: amendment?.hasAlpha ?? metadata.hasAlpha,
    hasHalvedColours: !isLossless && reader.hasHalvedColours?.(path, metadata) === true,
    isLossless,
    isIndexed: reader.isIndexed === true || metadata.isPalette,
    isProgressive: metadata.isProgressive,
    bytesPerPixel: metadata.channels * bytesPerChannel,
    isDeep: bytesPerChannel > 1 && amendment === undefined,
    amendment,
    ...(formats[format].animation !== 'none' && { frames: metadata.pages ?? 1 }),
    ...(frame > 0
      ? { frame }
      : { animation: readAnimation(metadata, format, amendment?.size ?? metadata) }),
    ...(linearSpaces.has(metadata.space) && { isLinear: true }),
    ...(heldBytes > 0 && { heldBytes }),
  }
}

/** Rejects a file of a format that the configuration excludes, before anything parses it. @throws AppError IMAGE_UNSUPPORTED */
export function checkAccepted(path: string, refused: readonly OriginalFormat[]): void {
  if (refused.length === 0) return
  const head = readHead(path, sniffLength)
  const format = sniffFormat(head)
  if (format !== undefined && refused.includes(format)) throw unsupported(head)
}

function checkFacts(facts: SourceFacts, maxPixels: number): SourceFacts {
  checkSize(facts.size, maxPixels)
  return facts
}

/**
 * Returns undefined for a still image, and for one whose frames the decoder gives another size. Pages of other formats are
 * not shown in turn.
 */
function readAnimation(
  metadata: Metadata,
  format: OriginalFormat,
  size: Size,
): Animation | undefined {
  const { pages: frames = 1, width, height, delay = [], loop = 0 } = metadata
  if (frames < 2 || formats[format].animation === 'none') return undefined
  if (size.width !== width || size.height !== height) return undefined
  return { frames, size: { width, height }, delays: delay, loop }
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

/** Spaces of libvips whose samples are amounts of light. */
const linearSpaces: ReadonlySet<string> = new Set(['scrgb', 'xyz'])

function toColours(space: string): SourceFacts['colours'] {
  if (space === 'srgb' || space === 'rgb16') return 'rgb'
  return space === 'b-w' || space === 'grey16' ? 'grey' : 'other'
}

async function readMetadata(
  path: string,
  format: OriginalFormat,
  frame: number,
): Promise<Metadata> {
  const metadata = await openHeader(path, format).metadata()
  const { pages = 1 } = metadata
  checkPages(pages)
  if (frame === 0) return metadata
  if (frame >= pages) throw frameMissing(frame, pages)
  return openHeader(path, format, frame).metadata()
}

/**
 * Reads the header of a file that was accepted earlier; without a decoder if it is plain.
 *
 * @throws as `inspectFile`
 */
export async function inspectKnown(
  path: string,
  maxPixels: number,
  admit?: Admit,
  frame = 0,
): Promise<SourceFacts> {
  if (frame > 0) return inspectFile(path, maxPixels, admit, frame)
  const format = sniffFormat(readHead(path, sniffLength))
  const known = format && readers[format].readPlain?.(path)
  if (known === undefined) return inspectFile(path, maxPixels, admit)
  checkSize(known.size, maxPixels)
  return known
}
