import { AppError } from '@iaas/common/errors'
import { mostFrames } from '@iaas/common/image'
import { checkPages } from '../check-limits.ts'
import { type TiffMeasure, measureDirectories } from './measure-directories.ts'

/** Allowance for data that several directories or strips share, bytes. */
const sharedBytes = 16 * 1024 * 1024

/** Rejects a TIFF of which decoders would read much more than it has. @throws AppError IMAGE_TOO_COSTLY */
export function checkDirectories(path: string, page: number): void {
  const measure = measureDirectories(path, page, isTooMuch)
  checkPages(measure.directories)
  if (!isTooMuch(measure)) return
  throw new AppError(
    'IMAGE_TOO_COSTLY',
    'The strips, tiles or values of a TIFF may not have more bytes together than the file has.',
  )
}

function isTooMuch({ directories, readBytes, fileBytes }: TiffMeasure): boolean {
  return directories > mostFrames || readBytes > 2 * fileBytes + sharedBytes
}
