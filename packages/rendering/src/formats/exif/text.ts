/**
 * Reads a text up to its end, and cuts it where it is too long. Metadata is ASCII by the standards, and UTF-8 or Latin 1 in
 * practice. Control characters become spaces.
 *
 * @returns undefined for an empty text
 */
export function readText(bytes: Buffer | undefined, most: number): string | undefined {
  if (bytes === undefined) return undefined
  // A cut may go through a character.
  const utf8 = bytes.toString('utf8').replace(/\u{fffd}$/u, '')
  const text = utf8.includes('\u{fffd}') ? bytes.toString('latin1') : utf8
  const [line = ''] = text.split('\0')
  return cleanText(line, most)
}

/** Cuts a text, and replaces control characters by spaces. @returns undefined if nothing is left */
export function cleanText(text: string, most: number): string | undefined {
  const clean = text.replace(/\p{C}+/gu, ' ').trim()
  return clean === '' ? undefined : clean.slice(0, most).toWellFormed()
}
