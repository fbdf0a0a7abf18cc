import type { OriginalFormat, Size } from '@iaas/common/image'
import sharp, { type Metadata, type Sharp } from 'sharp'
import { readAvifColours } from './avif/colours.ts'
import { type Conversion, convertPixels } from '../colour/convert-pixels.ts'
import { readGifScreen } from './gif/screen.ts'
import { readPngColours } from './png/colours.ts'
import { readTiffKind } from './tiff/kind.ts'
import { isUncovered, uncoverScreen } from './gif/uncover-screen.ts'

/** Corrections that browsers apply to some files and libvips does not. */
export type Amendment = {
  /** Size of the stored image if libvips reports another one, px. */
  readonly size?: Size
  /** Set if it differs from what libvips reports. */
  readonly hasAlpha?: boolean
  /** If true, the colour profile of the file is not applied. */
  readonly ignoresProfile?: boolean
  /** The file is truncated; the decoder fills in the rest. */
  readonly endsEarly?: boolean
  /** Decodes the whole image and corrects it. The result has eight bits per channel and no profile. */
  readonly apply: (image: Sharp) => Promise<Sharp>
}

/** Finds the amendment of a file. @returns undefined for nearly every file */
export function findAmendment(
  path: string,
  format: OriginalFormat,
  metadata: Metadata,
): Amendment | undefined {
  switch (format) {
    case 'gif':
      return amendGif(path)
    case 'png':
      return amendPng(path, metadata)
    case 'avif':
      return amendAvif(path, metadata)
    case 'tiff':
      return amendTiff(path, metadata)
    case 'jpg':
    case 'webp':
      return undefined
  }
}

function amendGif(path: string): Amendment | undefined {
  const screen = readGifScreen(path)
  if (screen === undefined || !isUncovered(screen)) return undefined
  const { size } = screen
  return { size, hasAlpha: true, apply: (image) => decode(uncoverScreen(image, screen)) }
}

function amendPng(path: string, metadata: Metadata): Amendment | undefined {
  const colours = readPngColours(path)
  if (colours === undefined) return undefined
  const { tag, overrulesProfile: ignoresProfile } = colours
  const conversion = { tag, isLimited: false, isAlphaLimited: false }
  return { ignoresProfile, apply: (image) => convert(image, metadata, conversion) }
}

function amendAvif(path: string, metadata: Metadata): Amendment | undefined {
  const conversion = readAvifColours(path)
  if (conversion === undefined) return undefined
  const { tag, isLimited, isAlphaLimited } = conversion
  if (tag === undefined && !isLimited && !isAlphaLimited) return undefined
  return { apply: (image) => convert(image, metadata, conversion) }
}

/** Corrects a TIFF: an extra channel is a selection or otherwise invisible, unless it is declared as transparency. */
function amendTiff(path: string, metadata: Metadata): Amendment | undefined {
  if (!metadata.hasAlpha || !readTiffKind(path).hasFalseAlpha) return undefined
  const isDeepColour = metadata.space === 'rgb16'
  return {
    hasAlpha: false,
    apply: (image) => {
      const opened = isDeepColour ? image.pipelineColourspace('srgb') : image
      return decode(opened.removeAlpha())
    },
  }
}

/** Decodes in a separate pipeline, because sharp applies its operations in an order of its own. */
async function decode(image: Sharp): Promise<Sharp> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
  return sharp(data, { raw: info })
}

async function convert(image: Sharp, metadata: Metadata, conversion: Conversion): Promise<Sharp> {
  const space = workingSpace(metadata)
  const depth = space.endsWith('16') ? 'ushort' : 'uchar'
  const { data, info } = await image
    .toColourspace(space)
    .raw({ depth })
    .toBuffer({ resolveWithObject: true })
  const samples =
    depth === 'uchar' ? data : new Uint16Array(data.buffer, data.byteOffset, data.length / 2)
  const { width, height, channels } = info
  const pixels = convertPixels({ data: samples, channels }, conversion)
  return sharp(pixels, { raw: { width, height, channels } })
}

/**
 * Returns the space that changes no sample. If a profile is applied, the result is sRGB. Raw pixels of eight bits
 * cannot be grey with alpha.
 */
function workingSpace({ space, hasProfile, hasAlpha }: Metadata): string {
  if (hasProfile) return 'srgb'
  return space === 'b-w' && hasAlpha ? 'srgb' : space
}
