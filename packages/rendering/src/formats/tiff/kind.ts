import { readFirstValues } from './directories.ts'

/** Tags: TIFF 6.0, section 8; the last one TIFF technical note 3. */
const tags = {
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  samplesPerPixel: 277,
  extraSamples: 338,
  sampleFormat: 339,
} as const

/** Values of `photometric`, and of `sampleFormat`. */
const photometrics = {
  grey: [0, 1],
  palette: 3,
  lab: 8,
  iccLab: 9,
  ituLab: 10,
  logL: 32_844,
} as const
const logLuvCompressions: ReadonlySet<number> = new Set([34_676, 34_677])
const formats = { signed: 2, floating: 3, complexSigned: 5, complexFloating: 6 } as const
/** The fourth channel is something other than alpha. */
const unspecified = 0

/**
 * Supported compressions: none, fax (three kinds), LZW, JPEG, Deflate, PackBits, the older number of Deflate, LogLuv.
 */
const compressions: ReadonlySet<number> = new Set([
  1,
  2,
  3,
  4,
  5,
  7,
  8,
  32_773,
  32_946,
  ...logLuvCompressions,
])
/** Names of unsupported compressions. */
const compressionNames: ReadonlyMap<number, string> = new Map([
  [6, 'the JPEG compression of TIFF 6.0, which was replaced in 1995'],
  [34_712, 'JPEG 2000'],
  [34_925, 'LZMA'],
  [50_000, 'Zstandard'],
  [50_001, 'WebP'],
  [50_002, 'JPEG XL'],
])

/** Facts about an image of a TIFF that decoders get wrong. */
export type TiffKind = {
  /** Why libvips would reject it as damaged or show something else; undefined if libvips can decode it. */
  readonly unsupported: string | undefined
  /** True if libvips treats an unrelated channel as alpha. */
  readonly hasFalseAlpha: boolean
}

export function readTiffKind(path: string, page = 0): TiffKind {
  const values = readFirstValues(path, page)
  const read = (tag: number, otherwise: number) => values?.get(tag)?.value ?? otherwise
  const kind = {
    bits: read(tags.bitsPerSample, 1),
    compression: read(tags.compression, 1),
    photometric: read(tags.photometric, 1),
    format: read(tags.sampleFormat, 1),
    channels: read(tags.samplesPerPixel, 1),
  }
  return {
    unsupported: nameUnsupported(kind),
    hasFalseAlpha: values?.get(tags.extraSamples)?.value === unspecified,
  }
}

type Kind = Readonly<Record<'bits' | 'compression' | 'photometric' | 'format' | 'channels', number>>

function nameUnsupported({
  bits,
  compression,
  photometric,
  format,
  channels,
}: Kind): string | undefined {
  if (!compressions.has(compression)) {
    return `A TIFF with ${compressionNames.get(compression) ?? `compression ${compression}`}`
  }
  const { lab, iccLab, ituLab, logL } = photometrics
  if (photometric === iccLab || photometric === ituLab || (photometric === lab && bits === 8)) {
    return 'A TIFF in ICC or ITU Lab, or in Lab of 8 bits a channel,'
  }
  if (photometric === logL) return 'A TIFF in LogL'
  // LogLuv is decoded to floating point.
  if (logLuvCompressions.has(compression)) return undefined
  if (format === formats.signed) return 'A TIFF of signed samples'
  if (format === formats.complexSigned || format === formats.complexFloating) {
    return 'A TIFF of complex samples'
  }
  if (format === formats.floating && bits !== 32) {
    return `A TIFF of ${bits} bits a channel in floating point`
  }
  return isKnownDepth(bits, channels) ? undefined : `A TIFF of ${bits} bits a channel`
}

/**
 * Returns true for a supported depth. Fewer than eight bits are supported for a single channel only. 32 bits are judged
 * by their meaning.
 */
function isKnownDepth(bits: number, channels: number): boolean {
  if (bits === 1 || bits === 2 || bits === 4) return channels === 1
  return bits === 8 || bits === 16 || bits === 32
}
