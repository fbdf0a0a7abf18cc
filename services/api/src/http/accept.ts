import { type Format, formats, variantFormats } from '@iaas/common/image'

/** Returns the formats that an Accept header names. Wildcards are ignored, since they do not tell what a client can decode. */
export function acceptedFormats(accept: string | undefined): readonly Format[] {
  if (accept === undefined) return []
  const named = new Set(accept.split(',').flatMap(readRange))
  return variantFormats.filter((format) => named.has(formats[format].mime))
}

/** Returns the media type of a range, unless its quality is 0. */
function readRange(range: string): readonly string[] {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
  return parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter)) ? [] : [type]
}
