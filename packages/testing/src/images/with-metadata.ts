import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { makePhoto } from './make-photo.ts'

export type MetadataFormat = 'jpeg' | 'png' | 'webp'

/**
 * Text that no stripped file may contain, wherever it was: in EXIF, XMP, comments, texts, thumbnails or after the end.
 */
export const secret = 'Villa Incognito'

export type MetadataOptions = {
  readonly format: MetadataFormat
  readonly orientation?: number
  readonly progressive?: boolean
  readonly alpha?: boolean
}

/** Creates a photo with all the personal metadata that its format can hold, and a wide gamut with its profile. */
export async function makePhotoWithMetadata(options: MetadataOptions): Promise<Buffer> {
  const { format, orientation = 1, progressive = false, alpha = false } = options
  const pixels = await makePhoto({ width: 120, height: 80, format: 'png', alpha })
  const image = sharp(pixels)
    .withExif({ IFD0: { Copyright: secret }, IFD3: { GPSLatitudeRef: 'N', GPSMapDatum: secret } })
    .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><!-- ${secret} --></x:xmpmeta>`)
    .withMetadata({ orientation })
    .withIccProfile('p3')
  switch (format) {
    case 'jpeg':
      return withJpegExtras(await image.jpeg({ progressive }).toBuffer())
    case 'png':
      return withPngExtras(await image.png({ progressive }).toBuffer())
    case 'webp':
      return image.webp({ effort: 1 }).toBuffer()
  }
}

/** Adds a comment, a Photoshop block, a multi-picture index, a thumbnail, and another image after the end. */
function withJpegExtras(jpeg: Buffer): Buffer {
  const extras = [
    makeSegment(0xe0, `JFXX\0\u0010${secret}`),
    makeSegment(0xe2, `MPF\0${secret}`),
    makeSegment(0xed, `Photoshop 3.0\0${secret}`),
    makeSegment(0xfe, secret),
  ]
  return Buffer.concat([jpeg.subarray(0, 2), ...extras, jpeg.subarray(2), Buffer.from(secret)])
}

function makeSegment(marker: number, text: string): Buffer {
  const content = Buffer.from(text, 'latin1')
  const head = Buffer.from([0xff, marker, 0, content.length + 2])
  return Buffer.concat([head, content])
}

/** Adds a text, a time and an unknown chunk after the header, and data after the end. */
function withPngExtras(png: Buffer): Buffer {
  const headerEnd = 33
  const extras = [
    makeChunk('tEXt', Buffer.from(`Author\0${secret}`)),
    makeChunk('tIME', Buffer.from([7, 0xe8, 1, 1, 1, 1, 1])),
    makeChunk('viLa', Buffer.from(secret)),
  ]
  return Buffer.concat([
    png.subarray(0, headerEnd),
    ...extras,
    png.subarray(headerEnd),
    Buffer.from(secret),
  ])
}

function makeChunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const chunk = Buffer.alloc(body.length + 8)
  chunk.writeUInt32BE(content.length)
  body.copy(chunk, 4)
  chunk.writeUInt32BE(crc32(body), chunk.length - 4)
  return chunk
}
