import { mostFrames } from '@iaas/common/image'
import { checkPages } from '../check-limits.ts'
import type { Reader } from '../reader.ts'
import { amendGif } from './amend.ts'
import { countFrames } from './count-frames.ts'

export const gif: Reader = {
  loader: 'Nsgif',
  hasFrames: true,
  check: (path) => checkPages(countFrames(path, mostFrames)),
  amend: amendGif,
  isLossless: () => true,
  isIndexed: true,
  decodeBytesPerPixel: () => 5,
  isCostly: () => true,
  encode: (image) => image.gif(),
}
