import { AppError } from '@iaas/common/errors'
import type { OriginalFormat } from '@iaas/common/image'
import { countFrames as countGifFrames } from './gif/count-frames.ts'
import { countSegments } from './jpeg/count-segments.ts'
import { measureTexts } from './png/measure-texts.ts'
import { type TiffMeasure, measureDirectories } from './tiff/measure-directories.ts'
import { countFrames as countWebpFrames } from './webp/count-frames.ts'

/** Maximum number of pages. Decoders read all of them each time they open a file. */
const mostPages = 5000
/** Maximum size of the unpacked texts, bytes. Decoders unpack all texts of a file and keep them. */
const mostTextBytes = 16 * 1024 * 1024
/** Allowance for data that several directories or strips of a TIFF share, bytes. */
const sharedTiffBytes = 16 * 1024 * 1024

/**
 * Rejects a file that is costly to open, before a decoder opens it.
 *
 * @throws AppError IMAGE_TOO_COSTLY; errors of the file system
 */
export function checkStructure(path: string, format: OriginalFormat): void {
  switch (format) {
    case 'webp':
      return checkPages(countWebpFrames(path, mostPages))
    case 'gif':
      return checkPages(countGifFrames(path, mostPages))
    case 'tiff':
      return checkDirectories(measureDirectories(path, isTooMuch))
    case 'png':
      return checkTexts(measureTexts(path, mostTextBytes))
    case 'jpg':
      return countSegments(path)
    // Boxes are counted when the size is read.
    case 'avif':
  }
}

/** Checks a number of pages. @throws AppError IMAGE_TOO_COSTLY */
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

function isTooMuch({ directories, readBytes, fileBytes }: TiffMeasure): boolean {
  return directories > mostPages || readBytes > 2 * fileBytes + sharedTiffBytes
}

function checkDirectories(measure: TiffMeasure): void {
  checkPages(measure.directories)
  if (!isTooMuch(measure)) return
  throw new AppError(
    'IMAGE_TOO_COSTLY',
    'The strips, tiles or values of a TIFF may not have more bytes together than the file has.',
  )
}
