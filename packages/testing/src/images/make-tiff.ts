const types = { short: 3, long: 4 } as const

export type TiffOptions = {
  readonly side: number
  readonly channels: 1 | 2 | 3 | 4
  /** Bits per channel. */
  readonly bits: number
  /** 1: unsigned, 2: signed, 3: floating point. */
  readonly sampleFormat?: 1 | 2 | 3
  /** All pixels, in rows, little-endian. */
  readonly pixels: Buffer
  /** Additional tags of one SHORT or LONG. */
  readonly tags?: Readonly<Record<number, number>>
}

/** Creates an uncompressed TIFF of one strip, little-endian: TIFF 6.0. */
export function makeTiff(options: TiffOptions): Buffer {
  const { side, channels, bits, sampleFormat = 1, pixels, tags = {} } = options
  const values: Readonly<Record<number, readonly number[]>> = {
    256: [side],
    257: [side],
    258: Array<number>(channels).fill(bits),
    259: [1],
    262: [channels < 3 ? 1 : 2],
    273: [0],
    277: [channels],
    278: [side],
    279: [pixels.length],
    ...(channels % 2 === 0 && { 338: [2] }),
    339: Array<number>(channels).fill(sampleFormat),
    ...Object.fromEntries(Object.entries(tags).map(([tag, value]) => [tag, [value]])),
  }
  const entries = Object.entries(values)
  const directoryBytes = 2 + 12 * entries.length + 4
  const directory = Buffer.alloc(directoryBytes)
  directory.writeUInt16LE(entries.length, 0)
  const lists: Buffer[] = []
  let at = 8 + directoryBytes
  const places = entries.map(([, list]) => {
    if (list.length * 2 <= 4 || list.length === 1) return undefined
    const place = at
    const bytes = Buffer.alloc(2 * list.length)
    for (const [index, value] of list.entries()) bytes.writeUInt16LE(value, 2 * index)
    lists.push(bytes)
    at += bytes.length
    return place
  })
  for (const [index, [tag, list]] of entries.entries()) {
    const entry = 2 + 12 * index
    const isList = list.length > 1
    directory.writeUInt16LE(Number(tag), entry)
    directory.writeUInt16LE(isList ? types.short : types.long, entry + 2)
    directory.writeUInt32LE(list.length, entry + 4)
    // The strip starts after that.
    const [first = 0, second = 0] = list
    const value = Number(tag) === 273 ? at : first + second * 2 ** 16
    directory.writeUInt32LE(places[index] ?? value, entry + 8)
  }
  const header = Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0])
  return Buffer.concat([header, directory, ...lists, pixels])
}
