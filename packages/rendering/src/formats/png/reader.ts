import { AppError } from '@iaas/common/errors'
import type { Reader } from '../reader.ts'
import { amendPng } from './amend.ts'
import { countImageBytes } from './count-image-bytes.ts'
import { measureTexts } from './measure-texts.ts'
import { readPlainPng } from './read-plain.ts'
import { stripPng } from './strip.ts'

/** Maximum size of the unpacked texts, bytes. Decoders unpack all texts of a file and keep them. */
const mostTextBytes = 16 * 1024 * 1024

export const png: Reader = {
  loader: 'Png',
  check(path) {
    if (measureTexts(path, mostTextBytes) <= mostTextBytes) return
    throw new AppError(
      'IMAGE_TOO_COSTLY',
      `The texts in an image may have at most ${mostTextBytes} bytes.`,
    )
  },
  readPlain: readPlainPng,
  amend: amendPng,
  isLossless: () => true,
  countImageBytes,
  strip: stripPng,
  decodeBytesPerPixel: ({ isProgressive, bytesPerPixel }) =>
    isProgressive ? 2 * bytesPerPixel + 2 : 2,
  isCostly: ({ isProgressive }) => isProgressive,
  encode: (image) => image.png(),
}
