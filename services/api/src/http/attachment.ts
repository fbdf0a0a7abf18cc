import { type Download, formats, originalFormats } from '@iaas/common/image'
import { create as contentDisposition } from 'content-disposition'

/**
 * Returns `Content-Disposition: attachment` (RFC 6266). The name ends in an extension of the type, so that no client
 * can save an image as a page or a program.
 */
export function attachment(id: string, mime: string, download: Exclude<Download, false>): string {
  const format = originalFormats.find((known) => formats[known].mime === mime)
  const extensions = format === undefined ? (['bin'] as const) : formats[format].extensions
  const name = download === true ? id : download
  const isNamed = extensions.some((known) => name.toLowerCase().endsWith(`.${known}`))
  return contentDisposition(isNamed ? name : `${name}.${extensions[0]}`, { type: 'attachment' })
}
