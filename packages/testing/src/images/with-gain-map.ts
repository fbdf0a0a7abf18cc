import sharp from 'sharp'
import type { Size } from '@iaas/common/image'

/** The bright square of the image and of its gain map, fractions of the sides. */
export const bright = { left: 0.125, top: 0.25, right: 0.375, bottom: 0.625 } as const

export type GainMapOptions = Size & {
  /** Sides of the image divided by those of the gain map. */
  readonly scale?: number
  readonly profile?: Buffer
  /** Declares its parameters in XMP, as Ultra HDR; otherwise there are none. */
  readonly hasParameters?: boolean
}

/** Creates an Ultra HDR image: a JPEG, followed by one that says how much brighter each of its pixels may be. */
export async function makeUltraHdr(options: GainMapOptions): Promise<Buffer> {
  const { width, height, scale = 4, profile, hasParameters = true } = options
  const base = await drawSquare({ width, height }, 64, 200)
  const drawn = await drawSquare({ width: width / scale, height: height / scale }, 0, 255)
  const map = hasParameters ? insert(drawn, makeXmp(parameters)) : drawn
  const parts = [
    makeXmp(makeDirectory(map.length)),
    ...(profile ? [makeProfileSegment(profile)] : []),
  ]
  const indexBytes = makeIndex(0, 0, 0).length
  const firstBytes = [...parts, base].reduce((sum, { length }) => sum + length, indexBytes)
  // Positions are counted from the content of the index, after its name.
  const indexAt = parts.reduce((sum, { length }) => sum + length, 2 + 4 + 4)
  const index = makeIndex(firstBytes, map.length, firstBytes - indexAt)
  return Buffer.concat([insert(base, ...parts, index), map])
}

/** Draws a grey square on a darker ground. */
function drawSquare({ width, height }: Size, ground: number, square: number): Promise<Buffer> {
  const data = Buffer.alloc(width * height * 3, ground)
  for (let y = Math.round(bright.top * height); y < bright.bottom * height; y += 1) {
    const from = (y * width + Math.round(bright.left * width)) * 3
    data.fill(square, from, from + Math.round((bright.right - bright.left) * width) * 3)
  }
  const isMap = ground === 0
  const image = sharp(data, { raw: { width, height, channels: 3 } })
  return (isMap ? image.toColourspace('b-w') : image).jpeg({ quality: 95 }).toBuffer()
}

const namespace = 'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"'

const parameters = describeAs(
  `${namespace} hdrgm:GainMapMin="0" hdrgm:GainMapMax="2" hdrgm:Gamma="1" hdrgm:OffsetSDR="0.015625"
  hdrgm:OffsetHDR="0.015625" hdrgm:HDRCapacityMin="0" hdrgm:HDRCapacityMax="2" hdrgm:BaseRenditionIsHDR="False"`,
)

function makeDirectory(mapBytes: number): string {
  const google = 'http://ns.google.com/photos/1.0/container/'
  const items = [
    'Item:Semantic="Primary" Item:Mime="image/jpeg"',
    `Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="${mapBytes}"`,
  ]
  const list = items.map(
    (item) => `<rdf:li rdf:parseType="Resource"><Container:Item ${item}/></rdf:li>`,
  )
  return describeAs(
    `xmlns:Container="${google}" xmlns:Item="${google}item/" ${namespace}`,
    `<Container:Directory><rdf:Seq>${list.join('')}</rdf:Seq></Container:Directory>`,
  )
}

function describeAs(attributes: string, content = ''): string {
  const rdf = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'
  const description = `<rdf:Description rdf:about="" ${attributes}>${content}</rdf:Description>`
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${rdf}">${description}</rdf:RDF></x:xmpmeta>`
}

function insert(jpeg: Buffer, ...segments: readonly Buffer[]): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)])
}

function makeSegment(marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(content.length + 2, 2)
  return Buffer.concat([head, content])
}

function makeXmp(packet: string): Buffer {
  return makeSegment(0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0${packet}`))
}

function makeProfileSegment(profile: Buffer): Buffer {
  return makeSegment(
    0xe2,
    Buffer.concat([Buffer.from('ICC_PROFILE\0\u0001\u0001', 'latin1'), profile]),
  )
}

/** Creates the index of two images: CIPA DC-007, 5.2. */
function makeIndex(firstBytes: number, mapBytes: number, mapAt: number): Buffer {
  const index = Buffer.alloc(82)
  index.write('MM\0*', 'latin1')
  index.writeUInt32BE(8, 4)
  index.writeUInt16BE(3, 8)
  const fields = [
    [0xb0_00, 7, 4, 0x30_31_30_30],
    [0xb0_01, 4, 1, 2],
    [0xb0_02, 7, 32, 50],
  ] as const
  for (const [at, [tag, type, count, value]] of fields.entries()) {
    index.writeUInt16BE(tag, 10 + 12 * at)
    index.writeUInt16BE(type, 12 + 12 * at)
    index.writeUInt32BE(count, 14 + 12 * at)
    index.writeUInt32BE(value, 18 + 12 * at)
  }
  index.writeUInt32BE(0x03_00_00, 50)
  index.writeUInt32BE(firstBytes, 54)
  index.writeUInt32BE(mapBytes, 70)
  index.writeUInt32BE(mapAt, 74)
  return makeSegment(0xe2, Buffer.concat([Buffer.from('MPF\0', 'latin1'), index]))
}
