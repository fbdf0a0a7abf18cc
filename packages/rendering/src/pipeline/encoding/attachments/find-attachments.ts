import type { Variant } from '@iaas/common/image'
import { readCopyright } from '../../../formats/copyright/read-copyright.ts'
import { makeCopyrightExif, makeCopyrightXmp } from '../../../formats/copyright/write-copyright.ts'
import { readMetadata } from '../../../formats/read-metadata.ts'
import type { SourceFacts } from '../../../formats/source-facts.ts'
import { type Attachments, noAttachments } from './attachments.ts'

/** Returns the blocks that a rendition carries, as its options say. They are written anew, never copied. */
export async function findAttachments(
  path: string,
  { format }: Pick<SourceFacts, 'format'>,
  { metadata }: Pick<Variant, 'metadata'>,
  icc?: Buffer,
): Promise<Attachments> {
  const colours = icc === undefined ? noAttachments : { icc }
  if (metadata === 'none') return colours
  const copyright = readCopyright(await readMetadata(path, format))
  if (copyright === undefined) return colours
  return { ...colours, exif: makeCopyrightExif(copyright), xmp: makeCopyrightXmp(copyright) }
}
