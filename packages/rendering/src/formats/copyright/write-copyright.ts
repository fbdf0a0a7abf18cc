import type { Copyright } from './copyright.ts'

const asciiType = 2
const entryBytes = 12
const headerBytes = 10

/** Creates an EXIF block with the fields Artist and Copyright. Several creators are separated by semicolons. */
export function makeCopyrightExif({ creators, rights }: Copyright): Buffer {
  const fields = [
    [0x01_3b, creators.join('; ')],
    [0x82_98, rights ?? ''],
  ] as const
  const written = fields.filter(([, text]) => text !== '')
  const directory = Buffer.alloc(headerBytes + written.length * entryBytes + 4)
  directory.write('II*\0', 'latin1')
  directory.writeUInt32LE(8, 4)
  directory.writeUInt16LE(written.length, 8)
  const texts: Buffer[] = []
  let textAt = directory.length
  for (const [index, [tag, text]] of written.entries()) {
    const bytes = Buffer.from(`${text}\0`, 'utf8')
    const at = headerBytes + index * entryBytes
    directory.writeUInt16LE(tag, at)
    directory.writeUInt16LE(asciiType, at + 2)
    directory.writeUInt32LE(bytes.length, at + 4)
    // Up to four bytes stand in the entry itself.
    if (bytes.length <= 4) bytes.copy(directory, at + 8)
    else directory.writeUInt32LE(textAt, at + 8)
    // Values begin at an even position.
    const outside = bytes.length <= 4 ? [] : [bytes, Buffer.alloc(bytes.length % 2)]
    texts.push(...outside)
    textAt += outside.reduce((sum, { length }) => sum + length, 0)
  }
  return Buffer.concat([directory, ...texts])
}

/** Creates an XMP packet with `dc:creator` and `dc:rights`. */
export function makeCopyrightXmp({ creators, rights }: Copyright): string {
  const names = creators.map((name) => `<rdf:li>${escape(name)}</rdf:li>`).join('')
  const creator = names && `<dc:creator><rdf:Seq>${names}</rdf:Seq></dc:creator>`
  const right =
    rights === undefined
      ? ''
      : `<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">${escape(rights)}</rdf:li></rdf:Alt></dc:rights>`
  return [
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">',
    `${creator}${right}</rdf:Description></rdf:RDF></x:xmpmeta>`,
  ].join('')
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
