import { readFileSync, statSync } from 'node:fs'
import sharp from 'sharp'
import { damaged } from '../damaged.ts'
import type { Reader } from '../reader.ts'
import { unsupported } from '../unsupported.ts'
import { decodeJxl } from './decode.ts'
import { readJxlHeader } from './header.ts'
import { readJxlMetadata, stripJxl } from './metadata.ts'

/** JPEG XL, decoded by jxl-oxide in WebAssembly. */
export const jxl: Reader = {
  check(path, head) {
    if (readJxlHeader(path) === undefined)
      throw unsupported(head, 'A JPEG XL that is built like this')
  },
  countHeldBytes: (path) => statSync(path).size,
  inspect(path) {
    const header = readJxlHeader(path)
    if (header === undefined) throw damaged()
    const { size, hasAlpha } = header
    return {
      format: 'jxl',
      size,
      pixels: size.width * size.height,
      orientation: 1,
      colours: 'rgb',
      hasAlpha,
      hasHalvedColours: false,
      isLossless: false,
      isIndexed: false,
      isProgressive: false,
      bytesPerPixel: hasAlpha ? 4 : 3,
      isDeep: false,
      heldBytes: statSync(path).size,
    }
  },
  async open(path, { size }, maxPixels) {
    const png = await decodeJxl(readFileSync(path))
    const image = sharp(png, { limitInputPixels: maxPixels, sequentialRead: true })
    const { width, height } = await image.metadata()
    if (width !== size.width || height !== size.height) throw damaged()
    return image.toColourspace('srgb')
  },
  readMetadata: readJxlMetadata,
  // The decoder yields sRGB.
  readColours: () => ({ isTagged: false }),
  strip: stripJxl,
  isLossless: () => false,
  decodeBytesPerPixel: () => 40,
  isCostly: () => true,
  encodesAs: ({ hasAlpha }) => (hasAlpha ? 'png' : 'jpg'),
  encode: (image, { hasAlpha }, quality) => (hasAlpha ? image.png() : image.jpeg({ quality })),
}
