/** Facts about a format. */
export type FormatFacts = {
  /** Every spelling a URL may use, the canonical one first. Object keys and file names use the canonical one. */
  readonly extensions: readonly [string, ...string[]]
  /** MIME type, also `images.file_type` in the database. */
  readonly mime: string
  /** Matches the first bytes of a file, read as Latin-1. */
  readonly magic: RegExp
  /** True if variants can have this format. Every format of the table can be uploaded. */
  readonly encodes: boolean
  readonly hasAlpha: boolean
  /** True if files can hold a colour profile and metadata. */
  readonly hasMetadata: boolean
  /** Animations of originals: kept unless `animated=false`, kept by `animated=true`, or never kept. */
  readonly animation: 'kept' | 'on-request' | 'none'
  /** True if `quality` changes the bytes. */
  readonly lossy: boolean
  /** Longest side that is written, px. JPEG: libjpeg's JPEG_MAX_DIMENSION; WebP: 14 bits; AVIF: the limit of sharp. */
  readonly maxSide: number
  /** True if variants are rendered from a working copy, which is made before an upload is answered. */
  readonly copied?: boolean
  /** True if browsers run what is in a file: it is saved instead of shown. */
  readonly active?: boolean
}

/**
 * One row per format. `tiff` is read only.
 *
 * Signatures: JPEG SOI; PNG 1.2, 3.1; RIFF; GIF89a, 17; TIFF 6.0 and BigTIFF; ISO base media file: the size of the
 * first box, "ftyp", the major brand, a version, compatible brands.
 */
export const formats = {
  jpg: {
    extensions: ['jpg', 'jpeg', 'jfif', 'jpe'],
    mime: 'image/jpeg',
    magic: /^\u00ff\u00d8\u00ff/,
    encodes: true,
    hasAlpha: false,
    hasMetadata: true,
    animation: 'none',
    lossy: true,
    maxSide: 65_500,
  },
  png: {
    extensions: ['png'],
    mime: 'image/png',
    magic: /^\u0089PNG\r\n\u001a\n/,
    encodes: true,
    hasAlpha: true,
    hasMetadata: true,
    animation: 'none',
    lossy: false,
    maxSide: 65_500,
  },
  webp: {
    extensions: ['webp'],
    mime: 'image/webp',
    magic: /^RIFF[^]{4}WEBP/,
    encodes: true,
    hasAlpha: true,
    hasMetadata: true,
    animation: 'on-request',
    lossy: true,
    maxSide: 16_383,
  },
  gif: {
    extensions: ['gif'],
    mime: 'image/gif',
    magic: /^GIF8[79]a/,
    encodes: true,
    hasAlpha: true,
    hasMetadata: false,
    animation: 'kept',
    lossy: false,
    maxSide: 65_500,
  },
  avif: {
    extensions: ['avif'],
    mime: 'image/avif',
    magic: /^[^]{4}ftyp(?:avi[fs]|[^]{8}[^]*avi[fs])/,
    encodes: true,
    hasAlpha: true,
    hasMetadata: true,
    animation: 'none',
    lossy: true,
    maxSide: 16_384,
  },
  tiff: {
    extensions: ['tiff', 'tif'],
    mime: 'image/tiff',
    magic: /^(?:II\*\0|MM\0\*|II\+\0|MM\0\+)/,
    encodes: false,
    hasAlpha: true,
    hasMetadata: true,
    animation: 'none',
    lossy: false,
    maxSide: 4_294_967_295,
  },
  heic: {
    extensions: ['heic', 'heif'],
    mime: 'image/heic',
    magic: /^[^]{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)/,
    encodes: false,
    hasAlpha: true,
    hasMetadata: true,
    animation: 'none',
    lossy: true,
    maxSide: 65_535,
    copied: true,
  },
  jxl: {
    extensions: ['jxl'],
    mime: 'image/jxl',
    magic: /^(?:\u00ff\n|\0\0\0\fJXL \r\n\u0087\n)/,
    encodes: false,
    hasAlpha: true,
    hasMetadata: true,
    animation: 'none',
    lossy: true,
    maxSide: 1_073_741_823,
    copied: true,
  },
  svg: {
    extensions: ['svg'],
    mime: 'image/svg+xml',
    magic: /^(?:\u00ef\u00bb\u00bf)?\s*<(?:svg[\s>]|\?xml\s|!--|!doctype svg)/i,
    encodes: false,
    hasAlpha: true,
    hasMetadata: false,
    animation: 'none',
    lossy: false,
    maxSide: 65_500,
    active: true,
  },
} as const satisfies Readonly<Record<string, FormatFacts>>

type Formats = typeof formats

/** Formats of originals, detected from their content. */
export type OriginalFormat = keyof Formats

/** Formats of variants. */
export type Format = {
  [Name in OriginalFormat]: Formats[Name]['encodes'] extends true ? Name : never
}[OriginalFormat]

export const originalFormats = Object.keys(formats) as readonly OriginalFormat[] as readonly [
  OriginalFormat,
  ...OriginalFormat[],
]

export const variantFormats = originalFormats.filter(isEncoded) as readonly Format[] as readonly [
  Format,
  ...Format[],
]

/** Extension of an address whose format the client's Accept header decides. */
export const autoFormat = 'auto'

/** Format of an address: that of the variant, or `auto`. */
export type RequestFormat = Format | typeof autoFormat

/** Formats that `auto` can choose by the Accept header. Every client shows the others. */
export const negotiableFormats = ['avif', 'webp'] as const satisfies readonly Format[]

/** Every extension that the address of a variant can have. */
export const variantExtensions: readonly string[] = [
  ...variantFormats.flatMap((format) => formats[format].extensions),
  autoFormat,
]

const originalExtensions: ReadonlySet<string> = new Set(
  originalFormats.flatMap((format) => formats[format].extensions),
)

const formatByExtension: ReadonlyMap<string, RequestFormat> = new Map([
  ...variantFormats.flatMap((format) =>
    formats[format].extensions.map((extension) => [extension, format] as const),
  ),
  [autoFormat, autoFormat],
])

/** Returns the format of a URL extension (without its dot, in any letter case). */
export function findFormat(extension: string): RequestFormat | undefined {
  return formatByExtension.get(extension.toLowerCase())
}

/** Returns true if the name of an original may end in this extension, in any letter case. */
export function isOriginalExtension(extension: string): boolean {
  return originalExtensions.has(extension.toLowerCase())
}

/** Returns true if variants of originals of this format are rendered from a working copy. */
export function isCopied(format: OriginalFormat): boolean {
  const facts: FormatFacts = formats[format]
  return facts.copied === true
}

/** Returns true if browsers run what is in files of this format. */
export function isActive(format: OriginalFormat): boolean {
  const facts: FormatFacts = formats[format]
  return facts.active === true
}

function isEncoded(format: OriginalFormat): format is Format {
  return formats[format].encodes
}
