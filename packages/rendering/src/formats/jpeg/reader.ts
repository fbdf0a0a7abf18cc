import { AppError } from '@iaas/common/errors'
import { withBytes } from '../bytes.ts'
import type { Reader } from '../reader.ts'
import { countImageBytes } from './count-image-bytes.ts'
import { countScans, countSegments } from './count-segments.ts'
import { estimateQuality } from './quality.ts'
import { readPlainJpeg } from './read-plain.ts'
import { headerWindow } from './segments.ts'
import { stripJpeg } from './strip.ts'
import { readTables } from './tables.ts'

/** Maximum number of scans. A progressive JPEG needs some ten; each further one costs a pass over the whole image. */
const maxScans = 100

export const jpeg: Reader = {
  loader: 'Jpeg',
  check: countSegments,
  checkUpload(path) {
    if (countScans(path, maxScans) <= maxScans) return
    throw new AppError('IMAGE_TOO_COSTLY', `A JPEG may have at most ${maxScans} scans.`)
  },
  readPlain: readPlainJpeg,
  isLossless: () => false,
  hasHalvedColours: (_path, { chromaSubsampling }) =>
    chromaSubsampling?.startsWith('4:4:4') === false,
  readQuality: (path) => withBytes(path, headerWindow, (file) => estimateQuality(readTables(file))),
  countImageBytes,
  strip: stripJpeg,
  decodeBytesPerPixel: ({ isProgressive, bytesPerPixel }) =>
    isProgressive ? 2 * bytesPerPixel + 2 : 2,
  isCostly: ({ isProgressive }) => isProgressive,
  encode: (image, { hasHalvedColours }, quality) =>
    image.jpeg({ quality, chromaSubsampling: hasHalvedColours ? '4:2:0' : '4:4:4' }),
}
