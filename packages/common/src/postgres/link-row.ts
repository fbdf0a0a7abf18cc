import {
  type Fit,
  type Format,
  type Variant,
  type VariantKey,
  fits,
  formats,
  keyVersion,
  parseImageId,
  variantKey,
} from '../image/index.ts'

/** The columns of `images` that name a variant. */
export type LinkColumns = {
  readonly id: string
  readonly x: number
  readonly y: number
  readonly fit: string
  readonly file_type: string
  readonly blur: boolean
  readonly quality: number
}

/** Their names. */
export const variantColumns = [
  'id',
  'x',
  'y',
  'fit',
  'file_type',
  'blur',
  'quality',
] as const satisfies readonly (keyof LinkColumns)[]

/** How the seed writes "the quality of the original". */
const autoQuality = -1

/** `fit` of the rows of canvases whose key has version 2. Rows of earlier releases say `canvas` and are not found. */
const secondCanvas = 'canvas2'

export function toColumns(variant: Variant): LinkColumns {
  const { id, width: x, height: y, format, blur, quality } = variant
  const fit = keyVersion(variant) === 2 ? secondCanvas : variant.fit
  const file_type = formats[format].mime
  return { id, x, y, fit, file_type, blur, quality: quality === 'auto' ? autoQuality : quality }
}

/** The key of the variant that a row names; undefined for a row that no request of ours can mean. */
export function keyOfColumns(columns: LinkColumns): VariantKey | undefined {
  const variant = toVariantOf(columns)
  return variant && variantKey(variant)
}

/** The inverse of `toColumns`; undefined for a row that no request of ours can mean. */
export function toVariantOf(columns: LinkColumns): Variant | undefined {
  const format = (Object.keys(formats) as Format[]).find(
    (known) => formats[known].mime === columns.file_type,
  )
  const fit = format && fitOf(columns.fit, format)
  if (fit === undefined || format === undefined) return undefined
  const { x: width, y: height, blur, quality } = columns
  try {
    const id = parseImageId(columns.id)
    const knownQuality = quality === autoQuality ? 'auto' : quality
    return { id, width, height, fit, format, blur, quality: knownQuality }
  } catch {
    return undefined
  }
}

/** undefined: an unknown fit, or a canvas that an earlier release has stored. */
function fitOf(column: string, format: Format): Fit | undefined {
  const isSecond = column === secondCanvas
  const fit = fits.find((known): known is Fit => known === (isSecond ? 'canvas' : column))
  return fit !== undefined && keyVersion({ fit, format }) === (isSecond ? 2 : 1) ? fit : undefined
}
