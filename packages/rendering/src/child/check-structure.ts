import { AppError } from '@iaas/common/errors'
import type { OriginalFormat } from '@iaas/common/image'
import { measureTexts } from '../png/measure-texts.ts'
import { countDirectories } from '../tiff/count-directories.ts'
import { countFrames } from '../webp/count-frames.ts'

/** Decoders look at every one of them each time that they open a file, whichever is wanted. */
const mostPages = 5000
/** Decoders unpack all texts of a file and keep them, bytes. */
const mostTextBytes = 16 * 1024 * 1024

/**
 * Refuses what is dear to open, before a decoder does.
 *
 * @throws AppError IMAGE_TOO_COSTLY; errors of the file system
 */
export function checkStructure(path: string, format: OriginalFormat): void {
  switch (format) {
    case 'webp':
      return checkPages(countFrames(path, mostPages))
    case 'tiff':
      return checkPages(countDirectories(path, mostPages))
    case 'png':
      return checkTexts(measureTexts(path, mostTextBytes))
    case 'jpeg':
    case 'gif':
    case 'avif':
  }
}

/** @throws AppError IMAGE_TOO_COSTLY */
export function checkPages(pages: number): void {
  if (pages <= mostPages) return
  throw new AppError('IMAGE_TOO_COSTLY', `An image may have at most ${mostPages} frames or pages.`)
}

function checkTexts(bytes: number): void {
  if (bytes <= mostTextBytes) return
  throw new AppError(
    'IMAGE_TOO_COSTLY',
    `The texts in an image may have at most ${mostTextBytes} bytes.`,
  )
}
