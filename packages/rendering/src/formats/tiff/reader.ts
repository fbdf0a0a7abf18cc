import type { Reader } from '../reader.ts'
import { unsupported } from '../unsupported.ts'
import { amendTiff } from './amend.ts'
import { isCameraRaw } from './camera-raw.ts'
import { checkDirectories } from './check-directories.ts'
import { readTiffKind } from './kind.ts'
import { setUpright } from './set-upright.ts'

export const tiff: Reader = {
  loader: 'Tiff',
  hasFrames: true,
  check(path, head, frame) {
    checkDirectories(path, frame)
    if (isCameraRaw(path)) throw unsupported(head, 'Camera raw')
    const kind = readTiffKind(path, frame)
    if (kind.unsupported !== undefined) throw unsupported(head, kind.unsupported)
  },
  amend: amendTiff,
  isLossless: () => true,
  decodeBytesPerPixel: ({ bytesPerPixel }) => Math.max(4, bytesPerPixel + 1),
  // With eight bits, it decodes as fast as a lossless copy of it.
  isCostly: () => false,
  encode: (image) => image.tiff({ compression: 'lzw' }),
  // The encoder copies the orientation of the upload, which no longer applies to the pixels.
  finish: setUpright,
}
