import type { Reader } from '../reader.ts'
import { unsupported } from '../unsupported.ts'
import { amendAvif } from './amend.ts'
import { countHeldBytes, isAv1, toKnownBrand } from './brand.ts'
import { readCodedSize } from '../heif/coded-size.ts'
import { readAvifFacts } from './quality.ts'

export const avif: Reader = {
  loader: 'Heif',
  check(path, head) {
    if (readCodedSize(path) === undefined)
      throw unsupported(head, 'An AVIF that is built like this')
    // libvips derives the codec from the brand.
    if (!isAv1(path)) throw unsupported(head)
  },
  countHeldBytes,
  readCodedSize,
  toInput: toKnownBrand,
  amend: amendAvif,
  isLossless: () => false,
  // A file that cannot be parsed is assumed to halve its colours, like nearly all.
  hasHalvedColours: (path) => readAvifFacts(path)?.hasHalvedColours ?? true,
  readQuality: (path) => readAvifFacts(path)?.quality,
  decodeBytesPerPixel: () => 25,
  isCostly: () => true,
  encode: (image) => image.avif({ quality: 80, effort: 2 }),
}
