import { type OriginalFormat, formats, originalFormats } from './formats.ts'

/** Number of leading bytes that `sniffFormat` reads. */
export const sniffLength = 32

/** Returns the format that a file's first bytes announce, or undefined if originals cannot have it. */
export function sniffFormat(head: Uint8Array): OriginalFormat | undefined {
  const text = String.fromCodePoint(...head.subarray(0, sniffLength))
  return originalFormats.find((format) => formats[format].magic.test(text))
}
