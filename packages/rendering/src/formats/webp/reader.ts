import { mostFrames } from '@iaas/common/image'
import { checkPages } from '../check-limits.ts'
import type { Reader } from '../reader.ts'
import { countFrames } from './count-frames.ts'
import { countImageBytes } from './count-image-bytes.ts'
import { isLosslessWebp } from './is-lossless.ts'
import { estimateWebpQuality } from './quality.ts'
import { stripWebp } from './strip.ts'

export const webp: Reader = {
  loader: 'Webp',
  hasFrames: true,
  check: (path) => checkPages(countFrames(path, mostFrames)),
  isLossless: isLosslessWebp,
  // Lossy WebP always halves its colours.
  hasHalvedColours: () => true,
  readQuality: estimateWebpQuality,
  countImageBytes,
  strip: stripWebp,
  decodeBytesPerPixel: () => 9,
  // With eight bits, it decodes as fast as a lossless copy of it.
  isCostly: () => false,
  encode: (image, { isLossless }, quality) =>
    image.webp(isLossless ? { lossless: true } : { quality }),
}
