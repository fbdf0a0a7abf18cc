import sharp from 'sharp'
import { makePhoto } from './make-photo.ts'

export type CopyrightOptions = {
  readonly creators?: readonly string[]
  readonly rights?: string
}

/** Creates an XMP packet as editors write it, with a place and a serial number beside the two fields. */
export function makeXmp({ creators = [], rights = '' }: CopyrightOptions, secret = ''): string {
  const items = creators.map((name) => `<rdf:li>${name}</rdf:li>`).join('\n')
  return `<?xpacket begin="\u{feff}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:d="http://purl.org/dc/elements/1.1/"
  xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="${secret}">
<d:creator><rdf:Seq>${items}</rdf:Seq></d:creator>
<d:title><rdf:Alt><rdf:li>${secret}</rdf:li></rdf:Alt></d:title>
<d:rights><rdf:Alt><rdf:li xml:lang="de">Rechte</rdf:li>
<rdf:li xml:lang="x-default">${rights}</rdf:li></rdf:Alt></d:rights>
</rdf:Description></r:RDF></x:xmpmeta>
<?xpacket end="w"?>`
}

/** Creates a block of Photoshop whose resource of IPTC names a creator and a copyright. */
export function makeIptc({ creators = [], rights = '' }: CopyrightOptions): Buffer {
  const fields = [
    ...creators.map((name) => makeField(80, name)),
    makeField(116, rights),
    makeField(90, 'A city'),
  ]
  const records = Buffer.concat(fields)
  return Buffer.concat([
    Buffer.from('Photoshop 3.0\0', 'latin1'),
    makeResource(0x04_25, Buffer.alloc(15)),
    makeResource(0x04_04, records),
  ])
}

function makeField(number: number, text: string): Buffer {
  const content = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x1c, 2, number, 0, content.length]), content])
}

function makeResource(number: number, content: Buffer): Buffer {
  const head = Buffer.alloc(12)
  head.write('8BIM', 'latin1')
  head.writeUInt16BE(number, 4)
  head.writeUInt32BE(content.length, 8)
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)])
}

/** Creates a photo of the given format whose EXIF, XMP or IPTC has these fields, and secrets beside them. */
export async function makeCopyrighted(
  kind: 'exif' | 'xmp' | 'iptc',
  options: CopyrightOptions & { readonly format?: 'jpeg' | 'png' | 'webp' | 'avif' | 'tiff' },
  secret = 'Villa Incognito',
): Promise<Buffer> {
  const { format = 'jpeg', creators = [], rights = '' } = options
  const pixels = await makePhoto({ width: 120, height: 80, format: 'png' })
  const image = sharp(pixels)
  if (kind === 'xmp') return image.withXmp(makeXmp(options, secret)).toFormat(format).toBuffer()
  if (kind === 'exif') {
    const fields = { Artist: creators.join('; '), Copyright: rights, Make: secret }
    const place = { GPSLatitudeRef: 'N', GPSMapDatum: secret }
    return image.withExif({ IFD0: fields, IFD3: place }).toFormat(format).toBuffer()
  }
  const jpeg = await image.jpeg().toBuffer()
  const block = makeIptc(options)
  const head = Buffer.from([0xff, 0xed, 0, 0])
  head.writeUInt16BE(block.length + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), head, block, jpeg.subarray(2)])
}
