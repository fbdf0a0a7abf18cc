import { AppError } from '@iaas/common/errors'
import { type OriginalFormat, type Size, sniffFormat, sniffLength } from '@iaas/common/image'
import type { Metadata } from 'sharp'
import { readCodedSize } from '../avif/coded-size.ts'
import { countHeldBytes, isAv1 } from '../avif/brand.ts'
import { readAvifFacts } from '../avif/quality.ts'
import { estimateOpening } from '../cost.ts'
import { readHead } from '../files.ts'
import { readJpegFrame } from '../jpeg/read-frame.ts'
import { type Orientation, toOrientation, toStoredSize } from '../orientation.ts'
import { readPngFrame } from '../png/read-frame.ts'
import { isCameraRaw } from '../tiff/camera-raw.ts'
import { readTiffKind } from '../tiff/kind.ts'
import { isLosslessWebp } from '../webp/is-lossless.ts'
import { type Amendment, findAmendment } from './amendment.ts'
import { checkPages, checkStructure } from './check-structure.ts'
import { openHeader } from './sharp.ts'
import { unsupported } from './unsupported.ts'

/** What the header of a picture tells, before any pixel is decoded. */
export type SourceFacts = {
  readonly format: OriginalFormat
  /** As it is displayed, px. */
  readonly size: Size
  /** How many are decoded: more than are displayed where a file says what is to be cut away. */
  readonly pixels: number
  readonly orientation: Orientation
  readonly colours: 'grey' | 'rgb' | 'other'
  readonly hasAlpha: boolean
  /** A lossy image keeps its colours at half the resolution of its brightness. */
  readonly hasHalvedColours: boolean
  /** The format, as it is used here, keeps pixels exactly. */
  readonly isLossless: boolean
  /** The pixels are entries of a palette. */
  readonly isIndexed: boolean
  /** Progressive JPEG, interlaced PNG: all of it is kept in memory while it is decoded. */
  readonly isProgressive: boolean
  /** Of the decoded pixels. */
  readonly bytesPerPixel: number
  /** More than eight bits a channel, of what is left once it is amended. */
  readonly isDeep: boolean
  readonly amendment?: Amendment | undefined
  /** The bytes of the file that lie in memory while it is decoded; none unless given. */
  readonly heldBytes?: number
}

/** Resolves when that many bytes of memory may be taken. */
export type Admit = (bytes: number) => Promise<void>

const atOnce: Admit = async () => {}

/** No format that is written here holds a longer side, and decoders take memory by the row. */
const maxSide = 65_500

/**
 * Reads the header of a picture.
 *
 * @param admit is asked before a file is read whole
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
  // Before a decoder reads it, which may take another part of it for the picture.
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

/**
 * Reads the header of a file that was accepted before; without a decoder if it is a plain JPEG or PNG.
 *
 * @throws as `inspectFile`
 */
export async function inspectKnown(
  path: string,
  maxPixels: number,
  admit = atOnce,
): Promise<SourceFacts> {
  const known = readKnownJpeg(path) ?? readKnownPng(path)
  if (known === undefined) return inspectFile(path, maxPixels, admit)
  checkSize(known.size, maxPixels)
  return known
}

function readKnownJpeg(path: string): SourceFacts | undefined {
  const frame = readJpegFrame(path)
  if (frame === undefined) return undefined
  const { width, height, components, isProgressive, hasHalvedColours } = frame
  const orientation = toOrientation(frame.orientation)
  return {
    ...plainFacts,
    format: 'jpg',
    size: toStoredSize(frame, orientation),
    pixels: width * height,
    orientation,
    colours: components === 1 ? 'grey' : 'rgb',
    hasAlpha: false,
    hasHalvedColours,
    isLossless: false,
    isProgressive,
    bytesPerPixel: components,
  }
}

function readKnownPng(path: string): SourceFacts | undefined {
  const frame = readPngFrame(path)
  if (frame === undefined) return undefined
  const { width, height, channels, isInterlaced } = frame
  return {
    ...plainFacts,
    format: 'png',
    size: { width, height },
    pixels: width * height,
    orientation: 1,
    colours: channels < 3 ? 'grey' : 'rgb',
    hasAlpha: channels === 2 || channels === 4,
    hasHalvedColours: false,
    isLossless: true,
    isProgressive: isInterlaced,
    bytesPerPixel: channels,
  }
}

const plainFacts = { isIndexed: false, isDeep: false } as const

function isLosslessFile(path: string, format: OriginalFormat): boolean {
  if (format === 'webp') return isLosslessWebp(path)
  return format !== 'jpg' && format !== 'avif'
}

/** Lossy WebP has no other. Of an AVIF that cannot be followed, what nearly all have. */
function findHalvedColours(path: string, format: OriginalFormat, metadata: Metadata): boolean {
  if (format === 'avif') return readAvifFacts(path)?.hasHalvedColours ?? true
  if (format === 'webp') return true
  return metadata.chromaSubsampling?.startsWith('4:4:4') === false
}

/** Before a decoder reads it, which calls damaged what it does not know, or shows something else. */
function checkKind(path: string, head: Uint8Array): void {
  if (isCameraRaw(path)) throw unsupported(head, 'Camera raw')
  const kind = readTiffKind(path)
  if (kind.unsupported !== undefined) throw unsupported(head, kind.unsupported)
}

/** All of the picture of an AVIF, of which a part may be shown. */
function readWhole(path: string, head: Uint8Array): Size {
  const size = readCodedSize(path)
  if (size === undefined) throw unsupported(head, 'An AVIF that is built like this')
  return size
}

/** By the name that sharp has for the type of a channel. */
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

/** Of the colours and of transparency; TIFF may have any number, that no step knows what to do with. */
const mostChannels = { grey: 2, rgb: 4, other: 5 } as const

function checkChannels(channels: number, colours: SourceFacts['colours']): void {
  if (channels <= mostChannels[colours]) return
  throw new AppError(
    'IMAGE_UNSUPPORTED',
    `The image has ${channels} channels, more than its colours need; this is not supported.`,
  )
}

/** Of 32 bits a channel only these are known for what they mean; all else would come out black. */
const deepSpaces: ReadonlySet<string> = new Set(['scrgb', 'lab', 'xyz'])

function checkDepth(bytesPerChannel: number, space: string): void {
  if (bytesPerChannel <= 2 || deepSpaces.has(space)) return
  throw new AppError(
    'IMAGE_UNSUPPORTED',
    `The image has ${8 * bytesPerChannel} bits a channel, which is supported for RGB, Lab and XYZ in floating point only.`,
  )
}

async function readMetadata(
  path: string,
  format: OriginalFormat,
  head: Uint8Array,
): Promise<Metadata> {
  // libvips tells the coding by the brand.
  if (format === 'avif' && !isAv1(path)) throw unsupported(head)
  const metadata = await openHeader(path, format).metadata()
  checkPages(metadata.pages ?? 1)
  return metadata
}

function checkSize({ width, height }: Size, maxPixels: number): void {
  if (width * height > maxPixels) {
    const megapixels = Math.ceil((width * height) / 1e4) / 100
    throw new AppError(
      'IMAGE_TOO_LARGE',
      `The image has ${width} x ${height} pixels (${megapixels} megapixels); at most ${maxPixels / 1e6} megapixels are allowed (\`constraints.max_input\`).`,
    )
  }
  if (Math.max(width, height) > maxSide) {
    throw new AppError(
      'IMAGE_TOO_LARGE',
      `The image has ${width} x ${height} pixels; no side may have more than ${maxSide}.`,
    )
  }
}
