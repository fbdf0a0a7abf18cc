import { type Format, formats, variantFormats } from '@iaas/common/image'

/**
 * Returns the formats that an Accept header names (RFC 9110, 12.5.1). Wildcards are ignored, since they do not tell what a
 * client can decode.
 */
export function acceptedFormats(accept: string | undefined): readonly Format[] {
  if (accept === undefined) return []
  const named = new Set(splitUnquoted(accept, ',').flatMap(readRange))
  return variantFormats.filter((format) => named.has(formats[format].mime))
}

/** Returns the media type of a range, unless its weight is 0. */
function readRange(range: string): readonly string[] {
  const [type = '', ...parameters] = splitUnquoted(range, ';').map((part) =>
    part.trim().toLowerCase(),
  )
  return parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter)) ? [] : [type]
}

/** Splits at a separator outside of quoted strings (RFC 9110, 5.6.4). */
function splitUnquoted(text: string, separator: ',' | ';'): readonly string[] {
  if (!text.includes('"')) return text.split(separator)
  const parts: string[] = []
  let start = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const mark = text[at]
    if (isQuoted && mark === '\\') at += 1
    else if (mark === '"') isQuoted = !isQuoted
    else if (mark === separator && !isQuoted) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  return [...parts, text.slice(start)]
}
