import type { Encoding } from './encoding.ts'
import { attach } from './attachments/attach.ts'
import { encodeAvif } from './encode-avif.ts'
import { encodeGif } from './encode-gif.ts'
import { encodeJpeg } from './encode-jpeg.ts'
import { encodePng } from './encode-png.ts'
import { encodeWebp } from './encode-webp.ts'

/** Encodes a rendition in sRGB or grey, with its attachments and no other metadata. */
export async function encodeImage(encoding: Encoding): Promise<Buffer> {
  const { variant, attachments } = encoding
  return attach(await encodePixels(encoding), variant.format, attachments)
}

function encodePixels(encoding: Encoding): Promise<Buffer> {
  switch (encoding.variant.format) {
    case 'jpg':
      return encodeJpeg(encoding)
    case 'png':
      return encodePng(encoding)
    case 'webp':
      return encodeWebp(encoding)
    case 'gif':
      return encodeGif(encoding)
    case 'avif':
      return encodeAvif(encoding)
  }
}
