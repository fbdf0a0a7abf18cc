import type { Size } from '@iaas/common/image'

const rowsPerStrip = 64
const headerBytes = 8
const entryBytes = 12
const types = { byte: 7, short: 3, long: 4 } as const

export type Wrapped = {
  /** TIFF of the pixels, without compression. */
  readonly file: Buffer
  /** Place of the pixels in the file: RGB or RGBA, eight bits per channel, row by row. */
  readonly pixels: Buffer
}

/** Creates a TIFF for pixels and their ICC profile, which sharp cannot be told otherwise: TIFF 6.0, section 8. */
export function wrapPixels(
  { width, height }: Size,
  channels: 3 | 4,
  profile: Buffer | undefined,
): Wrapped {
  const rowBytes = width * channels
  const strips = Array.from({ length: Math.ceil(height / rowsPerStrip) }, (_, index) => index)
  const rowsOf = (strip: number) => Math.min(rowsPerStrip, height - strip * rowsPerStrip)
  const fields = [
    [256, list('long', [width])],
    [257, list('long', [height])],
    [
      258,
      list(
        'short',
        Array.from({ length: channels }, () => 8),
      ),
    ],
    [259, list('short', [1])], // Compression: none.
    [262, list('short', [2])], // Photometric interpretation: RGB.
    [
      273,
      list(
        'long',
        strips.map((strip) => headerBytes + strip * rowsPerStrip * rowBytes),
      ),
    ],
    [277, list('short', [channels])],
    [278, list('long', [rowsPerStrip])],
    [
      279,
      list(
        'long',
        strips.map((strip) => rowsOf(strip) * rowBytes),
      ),
    ],
    ...(channels === 4 ? [[338, list('short', [2])] as const] : []), // Extra samples: alpha.
    ...(profile === undefined
      ? []
      : [[34_675, { type: 'byte', count: profile.length, content: profile }] as const]),
  ] as const
  const pixelBytes = rowBytes * height
  const directoryAt = headerBytes + pixelBytes + (pixelBytes % 2)
  const valuesAt = directoryAt + 2 + fields.length * entryBytes + 4
  const valueBytes = fields.reduce((sum, [, { content }]) => sum + outsideBytes(content), 0)
  const file = Buffer.alloc(valuesAt + valueBytes)
  file.write('II*\0', 'latin1')
  file.writeUInt32LE(directoryAt, 4)
  file.writeUInt16LE(fields.length, directoryAt)
  let valueAt = valuesAt
  for (const [index, [tag, { type, count, content }]] of fields.entries()) {
    const at = directoryAt + 2 + index * entryBytes
    file.writeUInt16LE(tag, at)
    file.writeUInt16LE(types[type], at + 2)
    file.writeUInt32LE(count, at + 4)
    const isOutside = outsideBytes(content) > 0
    if (isOutside) file.writeUInt32LE(valueAt, at + 8)
    content.copy(file, isOutside ? valueAt : at + 8)
    valueAt += outsideBytes(content)
  }
  return { file, pixels: file.subarray(headerBytes, headerBytes + pixelBytes) }
}

function list(type: keyof typeof types, values: readonly number[]) {
  return { type, count: values.length, content: encode(type, values) } as const
}

/** Values of up to four bytes stand in the entry itself; others begin at an even position. */
function outsideBytes({ length }: Buffer): number {
  return length <= 4 ? 0 : length + (length % 2)
}

function encode(type: keyof typeof types, values: readonly number[]): Buffer {
  const bytes = type === 'long' ? 4 : 2
  const content = Buffer.alloc(values.length * bytes)
  for (const [index, value] of values.entries()) content.writeUIntLE(value, index * bytes, bytes)
  return content
}
