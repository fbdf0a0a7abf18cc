/** The formats a variant can have. Originals may have more: see `OriginalFormat`. */
export type Format = 'jpg' | 'png' | 'webp'

type FormatFacts = {
  /** Every spelling a URL may use, the canonical one first. */
  readonly extensions: readonly string[]
  /** `images.file_type` in the database. */
  readonly mime: string
  readonly hasAlpha: boolean
  /** Whether `quality` changes the bytes. */
  readonly lossy: boolean
  /** The longest side that the format can hold, px. JPEG: libjpeg's JPEG_MAX_DIMENSION; WebP: 14 bits. */
  readonly maxSide: number
}

export const formats: Readonly<Record<Format, FormatFacts>> = {
  jpg: {
    extensions: ['jpg', 'jpeg', 'jfif', 'jpe'],
    mime: 'image/jpeg',
    hasAlpha: false,
    lossy: true,
    maxSide: 65_500,
  },
  png: {
    extensions: ['png'],
    mime: 'image/png',
    hasAlpha: true,
    lossy: false,
    maxSide: 65_500,
  },
  webp: {
    extensions: ['webp'],
    mime: 'image/webp',
    hasAlpha: true,
    lossy: true,
    maxSide: 16_383,
  },
}

const formatByExtension: ReadonlyMap<string, Format> = new Map(
  (Object.keys(formats) as Format[]).flatMap((format) =>
    formats[format].extensions.map((extension) => [extension, format] as const),
  ),
)

/** The format that a URL extension (without its dot, any letter case) stands for. */
export function findFormat(extension: string): Format | undefined {
  return formatByExtension.get(extension.toLowerCase())
}

/** The formats an original may have, judged by its content. */
export type OriginalFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'tiff'

export const originalMimes: Readonly<Record<OriginalFormat, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
  tiff: 'image/tiff',
}
