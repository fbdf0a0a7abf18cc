/** Most code points of a text. */
const longestText = 200

const shortEnough = new RegExp(`^.{1,${longestText}}$`, 'su')

/** Control characters, line and paragraph separators, and what is left of ill-formed UTF-8. */
const forbidden = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufffd]/u

/** Parses a text in NFC, so that equal texts have one spelling. */
export function parseText(given: string): string | undefined {
  // Composing never makes a text more than three times as long or as short.
  if (given.length > 6 * longestText) return undefined
  const text = given.normalize('NFC')
  const isShown = /[^\s\p{Cf}]/u.test(text) && !forbidden.test(text)
  return isShown && shortEnough.test(text) ? text : undefined
}
