import sharp from 'sharp'
import { type AvifBox, joinBox, splitBoxes } from './avif-boxes.ts'

/** An AV1-coded image with the properties that a decoder needs. */
export type CodedImage = { readonly data: Buffer; readonly properties: readonly AvifBox[] }

/**
 * Encodes pixels of red, green, blue and alpha, row by row, as two images: the colours, and the alpha as grey of the
 * full range.
 */
export async function codeAv1(
  rgba: Uint8Array,
  width: number,
  height: number,
): Promise<readonly [colours: CodedImage, alpha: CodedImage]> {
  const avif = await sharp(rgba, { raw: { width, height, channels: 4 } })
    .avif({ quality: 100, effort: 0, chromaSubsampling: '4:4:4' })
    .toBuffer()
  const meta = contentOf(splitBoxes(avif), 'meta').subarray(4)
  const boxes = splitBoxes(meta)
  const properties = splitBoxes(contentOf(splitBoxes(contentOf(boxes, 'iprp')), 'ipco'))
  const iloc = contentOf(boxes, 'iloc')
  // As libheif writes it: for each item its number, a base, and one extent with an offset of 0 and a length.
  const [colours, alpha] = [12, 30].map((at) => {
    const start = iloc.readUInt32BE(at)
    return avif.subarray(start, start + iloc.readUInt32BE(at + 10))
  })
  const named = (name: string, index: number) =>
    properties.filter((property) => property.name === name)[index] as AvifBox
  const [size] = properties.filter(({ name }) => name === 'ispe') as [AvifBox]
  return [
    { data: colours as Buffer, properties: [named('av1C', 0), size, named('pixi', 0)] },
    { data: alpha as Buffer, properties: [named('av1C', 1), size, named('pixi', 1)] },
  ]
}

/** Marks a grey image of the full range as limited range: two bits before the last one of its sequence header. */
export function withLimitedRange({ data, properties }: CodedImage): CodedImage {
  const changed = Buffer.from(data)
  // A temporal delimiter of two bytes, then the type and the length of the header.
  const end = 4 + (data[3] ?? 0)
  const last = data.readUInt16BE(end - 2)
  changed.writeUInt16BE(last & ~((last & -last) << 2), end - 2)
  return { data: changed, properties }
}

export type AvifOptions = {
  readonly colours: CodedImage
  readonly alpha?: CodedImage
  /** Properties of the colours. */
  readonly properties?: readonly AvifBox[]
  /** Major brand, then the compatible brands. */
  readonly brands?: readonly string[]
  /** Additional boxes at the end of the file. */
  readonly boxes?: readonly AvifBox[]
}

/** Creates an AVIF with one image, and its alpha if given: ISO/IEC 23008-12. */
export function makeAvif(options: AvifOptions): Buffer {
  const { colours, alpha, properties = [], boxes = [] } = options
  const { brands = ['avif', 'avif', 'mif1', 'miaf'] } = options
  const auxiliary = { name: 'auxC', content: Buffer.from(`\0\0\0\0${alphaType}\0`, 'latin1') }
  const images = [
    { ...colours, properties: [...colours.properties, ...properties] },
    ...(alpha ? [{ ...alpha, properties: [...alpha.properties, auxiliary] }] : []),
  ]
  const [major = '', ...compatible] = brands
  const ftyp = {
    name: 'ftyp',
    content: Buffer.from(`${major}\0\0\0\0${compatible.join('')}`, 'latin1'),
  }
  const head = joinBox(ftyp)
  const metaLength = joinBox(makeMeta(images, 0)).length
  return Buffer.concat([
    head,
    joinBox(makeMeta(images, head.length + metaLength + 8)),
    joinBox({ name: 'mdat', content: Buffer.concat(images.map(({ data }) => data)) }),
    ...boxes.map(joinBox),
  ])
}

const alphaType = 'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha'

/** @param start position of the first image's data in the file */
function makeMeta(images: readonly CodedImage[], start: number): AvifBox {
  const properties = images.flatMap((image) => image.properties)
  let known = 0
  const associations = images.map((image, index) => {
    const indices = image.properties.map(() => {
      known += 1
      return known
    })
    return Buffer.from([0, index + 1, indices.length, ...indices])
  })
  let at = start
  const places = images.map(({ data }, index) => {
    const place = Buffer.alloc(14)
    place.writeUInt16BE(index + 1, 0)
    place.writeUInt16BE(1, 4)
    place.writeUInt32BE(at, 6)
    place.writeUInt32BE(data.length, 10)
    at += data.length
    return place
  })
  const count = Buffer.from([0, images.length])
  const infos = images.map((_, index) =>
    joinBox({
      name: 'infe',
      content: Buffer.from(`\u0002\0\0\0\0${String.fromCodePoint(index + 1)}\0\0av01\0`, 'latin1'),
    }),
  )
  const parts: readonly AvifBox[] = [
    { name: 'hdlr', content: Buffer.from(`\0\0\0\0\0\0\0\0pict${'\0'.repeat(13)}`, 'latin1') },
    { name: 'pitm', content: Buffer.from([0, 0, 0, 0, 0, 1]) },
    {
      name: 'iloc',
      content: Buffer.concat([Buffer.from([0, 0, 0, 0, 0x44, 0]), count, ...places]),
    },
    { name: 'iinf', content: Buffer.concat([Buffer.alloc(4), count, ...infos]) },
    {
      name: 'iprp',
      content: Buffer.concat([
        joinBox({ name: 'ipco', content: Buffer.concat(properties.map(joinBox)) }),
        joinBox({
          name: 'ipma',
          content: Buffer.concat([Buffer.alloc(7), Buffer.from([images.length]), ...associations]),
        }),
      ]),
    },
    ...(images.length > 1 ? [makeAuxiliaryReference()] : []),
  ]
  return { name: 'meta', content: Buffer.concat([Buffer.alloc(4), ...parts.map(joinBox)]) }
}

/** Creates the reference from the second item to the first. */
function makeAuxiliaryReference(): AvifBox {
  const auxl = joinBox({ name: 'auxl', content: Buffer.from([0, 2, 0, 1, 0, 1]) })
  return { name: 'iref', content: Buffer.concat([Buffer.alloc(4), auxl]) }
}

function contentOf(boxes: readonly AvifBox[], name: string): Buffer {
  return boxes.find((box) => box.name === name)?.content ?? Buffer.alloc(0)
}
