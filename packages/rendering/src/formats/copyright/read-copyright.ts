import { openExif, readFields, readImageDirectory } from '../exif/fields.ts'
import type { MetadataBlocks } from '../exif/find-location.ts'
import { cleanText } from '../exif/text.ts'
import { type Copyright, mostText } from './copyright.ts'
import { readIptcCopyright } from './read-iptc.ts'
import { readXmpCopyright } from './read-xmp.ts'

/** Most creators that are read. */
const mostCreators = 10

/** Tags of EXIF 2.32, 4.6.4, D. */
const tags = { 0x01_3b: 'artist', 0x82_98: 'copyright' } as const

/**
 * Reads creators and copyright from the metadata of an image. Each of the two is taken from XMP, or else from EXIF, or else
 * from IPTC. A block that is malformed counts as absent.
 *
 * @returns undefined if no block names one of the two
 */
export function readCopyright({ exif, xmp, iptc }: MetadataBlocks): Copyright | undefined {
  const sources = [
    () => (xmp === undefined ? undefined : readXmpCopyright(xmp)),
    () => (exif === undefined ? undefined : readExifCopyright(exif)),
    () => (iptc === undefined ? undefined : readIptcCopyright(iptc)),
  ]
  let creators: readonly string[] = []
  let rights: string | undefined
  for (const read of sources) {
    if (creators.length > 0 && rights !== undefined) break
    const found = read()
    if (found === undefined) continue
    if (creators.length === 0) creators = clean(found.creators)
    rights ??= clean(found.rights === undefined ? [] : [found.rights])[0]
  }
  return creators.length === 0 && rights === undefined ? undefined : { creators, rights }
}

function clean(texts: readonly string[]): readonly string[] {
  return texts.slice(0, mostCreators).flatMap((text) => cleanText(text, mostText) ?? [])
}

function readExifCopyright(exif: Buffer): Copyright | undefined {
  const reader = openExif(exif)
  if (reader === undefined) return undefined
  const limits = { mostText, mostNumbers: 1 }
  const { artist, copyright } = readFields(reader, readImageDirectory(reader), tags, limits)
  return {
    creators: typeof artist === 'string' ? [artist] : [],
    rights: typeof copyright === 'string' ? copyright : undefined,
  }
}
