import type { Format } from '@iaas/common/image'
import { attachToJpeg } from './attach-jpeg.ts'
import { attachToPng } from './attach-png.ts'
import { attachToWebp } from './attach-webp.ts'
import { type Attachments, noAttachments } from './attachments.ts'

/**
 * Adds the blocks to an encoded rendition that has none. AVIF gets XMP and the profile from its encoder, and no EXIF; GIF
 * has no place for them.
 */
export function attach(file: Buffer, format: Format, attachments: Attachments): Buffer {
  if (attachments === noAttachments) return file
  switch (format) {
    case 'jpg':
      return attachToJpeg(file, attachments)
    case 'png':
      return attachToPng(file, attachments)
    case 'webp':
      return attachToWebp(file, attachments)
    case 'avif':
    case 'gif':
      return file
  }
}
