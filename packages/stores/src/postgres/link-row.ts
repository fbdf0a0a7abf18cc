import { digestOf } from '@iaas/common/digest'
import {
  type Fit,
  type Variant,
  type VariantKey,
  fits,
  formatLaterOptions,
  formats,
  keyVersion,
  parseImageId,
  parseLaterOptions,
  variantFormats,
  variantKey,
} from '@iaas/common/image'

/** Columns of `images` that identify a variant, with their PostgreSQL types, in the order of the unique index. */
export const linkColumns = {
  id: 'text',
  x: 'int',
  y: 'int',
  fit: 'text',
  file_type: 'text',
  blur: 'boolean',
  quality: 'int',
} as const

type ValueOf = { readonly text: string; readonly int: number; readonly boolean: boolean }

/** The columns of a row that identify its variant. */
export type LinkColumns = {
  readonly [Name in keyof typeof linkColumns]: ValueOf[(typeof linkColumns)[Name]]
}

export const linkColumnNames = Object.keys(linkColumns) as readonly (keyof LinkColumns)[]

/** Value of the legacy iaas for "the quality of the original". */
const autoQuality = -1

/** `fit` of canvases whose key has version 2. Rows of earlier releases have `canvas` and are not found. */
const secondCanvas = 'canvas2'

/** Between the fit and the SHA-256 of its options. */
const hashedOptions = '?~'

/** Longest text of options, bytes. An index entry holds 2,704 bytes, including id and address. */
const longestOptions = 200

export function toColumns(variant: Variant): LinkColumns {
  const { id, width: x, height: y, format, blur, quality } = variant
  return {
    id,
    x,
    y,
    fit: formatFit(variant),
    file_type: formats[format].mime,
    blur: blur === true,
    quality: typeof quality === 'number' ? quality : autoQuality,
  }
}

/**
 * Formats `crop`, or `crop?name=value` with the options that have no column. Earlier releases never query such rows, so
 * both releases can share the table. A long text is replaced by "~" and its SHA-256.
 */
function formatFit(variant: Variant): string {
  const fit = keyVersion(variant) === 2 ? secondCanvas : variant.fit
  const options = formatLaterOptions(variant)
  if (options === '') return fit
  const isLong = options.length > longestOptions
  return isLong ? `${fit}${hashedOptions}${digestOf(options)}` : `${fit}?${options}`
}

/** Returns true for a row whose options are too long to stand in it. */
export function hasHashedOptions({ fit }: LinkColumns): boolean {
  return fit.includes(hashedOptions)
}

/** Returns the key of the variant of a row; undefined for a row that no request can match. */
export function keyOfColumns(columns: LinkColumns): VariantKey | undefined {
  const variant = toVariantOf(columns)
  return variant && variantKey(variant)
}

/** Inverse of `toColumns`. Returns undefined for a row that no request can match, and for hashed options. */
export function toVariantOf(columns: LinkColumns): Variant | undefined {
  const format = variantFormats.find((known) => formats[known].mime === columns.file_type)
  const [fitName = '', optionText = ''] = columns.fit.split('?')
  const fit = format && parseFit(fitName, format)
  if (fit === undefined || format === undefined) return undefined
  const { x: width, y: height, blur, quality } = columns
  try {
    const later = parseLaterOptions(optionText)
    if (later === undefined) return undefined
    const id = parseImageId(columns.id)
    return {
      ...later,
      id,
      width,
      height,
      fit,
      format,
      blur: blur || later.blur,
      quality: quality === autoQuality ? later.quality : quality,
    }
  } catch {
    return undefined
  }
}

/** Returns undefined for an unknown fit, and for a canvas stored by an earlier release. */
function parseFit(name: string, format: Variant['format']): Fit | undefined {
  const isSecond = name === secondCanvas
  const fit = fits.find((known): known is Fit => known === (isSecond ? 'canvas' : name))
  return fit !== undefined && keyVersion({ fit, format }) === (isSecond ? 2 : 1) ? fit : undefined
}
