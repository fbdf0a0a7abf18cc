import type { OriginalFormat } from '@iaas/common/image'
import { avif } from './avif/reader.ts'
import { gif } from './gif/reader.ts'
import { heic } from './heic/reader.ts'
import { jpeg } from './jpeg/reader.ts'
import { jxl } from './jxl/reader.ts'
import { png } from './png/reader.ts'
import type { Reader } from './reader.ts'
import { svg } from './svg/reader.ts'
import { tiff } from './tiff/reader.ts'
import { webp } from './webp/reader.ts'

/** One row per input format. */
export const readers: Readonly<Record<OriginalFormat, Reader>> = {
  jpg: jpeg,
  png,
  webp,
  gif,
  avif,
  tiff,
  heic,
  jxl,
  svg,
}

/** Quality assumed for originals that do not reveal one. */
export const unknownQuality = 92

/** Returns the quality that an original was written with, 1 to 100. */
export function readQuality(path: string, format: OriginalFormat): number {
  return readers[format].readQuality?.(path) ?? unknownQuality
}
