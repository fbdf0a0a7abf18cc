import { AppError } from '@iaas/common/errors'

/** Files that people upload by mistake, by their first bytes as Latin-1 text. */
const knownOthers: readonly (readonly [RegExp, string])[] = [
  [/^....ftyp(?:hei[cxms]|hev[cx]|mif1|msf1)/s, 'HEIC'],
  [/^....ftyp/s, 'A video, or another ISO media file,'],
  [/^\s*(?:\u00ef\u00bb\u00bf)?<(?:\?xml|svg|!doctype svg)/i, 'SVG'],
  [/^\s*<(?:!doctype html|html)/i, 'HTML'],
  [/^BM/, 'BMP'],
  [/^%PDF/, 'PDF'],
  [/^8BPS/, 'Photoshop'],
  [/^\0\0\u0001\0/, 'ICO'],
  [/^(?:\u00ff\n|\0\0\0\fJXL )/, 'JPEG XL'],
  [/^\0\0\0\fjP {2}/, 'JPEG 2000'],
]

/** Creates the error of a file that is not a supported image. @param name name of the file for the client */
export function unsupported(head: Uint8Array, name = nameOther(head)): AppError {
  return new AppError(
    'IMAGE_UNSUPPORTED',
    `${name} is not supported; JPEG, PNG, WebP, GIF, AVIF, TIFF, HEIC and JPEG XL are.`,
  )
}

function nameOther(head: Uint8Array): string {
  const text = String.fromCodePoint(...head)
  return knownOthers.find(([pattern]) => pattern.test(text))?.[1] ?? 'This format'
}
