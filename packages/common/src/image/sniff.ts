import type { OriginalFormat } from './format.ts'

/** How many bytes from the beginning of a file `sniffFormat` looks at. */
export const sniffLength = 32

/** The format that a file's first bytes announce; undefined where it is none that an original may have. */
export function sniffFormat(head: Uint8Array): OriginalFormat | undefined {
  const text = (start: number, end: number) => String.fromCodePoint(...head.subarray(start, end))
  if (text(0, 3) === '\u00ff\u00d8\u00ff') return 'jpeg'
  if (text(0, 8) === '\u0089PNG\r\n\u001a\n') return 'png'
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp'
  if (/^GIF8[79]a$/.test(text(0, 6))) return 'gif'
  if (/^(?:II\*\0|MM\0\*|II\+\0|MM\0\+)$/.test(text(0, 4))) return 'tiff'
  // ISO base media file: the size of the first box, "ftyp", the major brand, a version, compatible brands.
  if (text(4, 8) === 'ftyp' && /avi[fs]/.test(text(8, 12) + text(16, sniffLength))) return 'avif'
  return undefined
}
