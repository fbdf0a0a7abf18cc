/** The first 32 hexadecimal digits of SHA-256 of the bytes of a font. */
export type FontDigest = string & { readonly __brand: 'FontDigest' }

/** A font: its name in an address, and `~` and its digest in a variant. */
export type TextFont = string & { readonly __brand: 'TextFont' }

export const fontName = /^[a-z0-9-]{1,32}$/
const digestForm = /^~([\da-f]{32})$/

export function parseTextFont(text: string): TextFont | undefined {
  return fontName.test(text) || digestForm.test(text) ? (text as TextFont) : undefined
}

/** Returns the digest that a variant holds; undefined for a name. */
export function digestOfFont(font: TextFont): FontDigest | undefined {
  return digestForm.exec(font)?.[1] as FontDigest | undefined
}

export function fontOfDigest(digest: FontDigest): TextFont {
  return `~${digest}` as TextFont
}
