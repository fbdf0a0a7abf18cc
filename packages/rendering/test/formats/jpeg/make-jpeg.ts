/** A segment of a JPEG file: its marker, its length, its content. */
export function makeSegment(marker: number, content: readonly number[]): readonly number[] {
  const length = content.length + 2
  return [0xff, marker, length >> 8, length & 255, ...content]
}

/** A quantisation table of one value, in a definition of its own. */
export function makeTable(number: number, value: number, bits: 8 | 16 = 8): readonly number[] {
  const values = Array.from({ length: 64 }, () =>
    bits === 8 ? [value] : [value >> 8, value & 255],
  )
  return [(bits === 8 ? 0 : 16) | number, ...values.flat()]
}

export const startOfImage = [0xff, 0xd8]
export const endOfImage = [0xff, 0xd9]
/** The header of a scan and some entropy-coded data: a stuffed FF, a restart marker. */
export const scan = [...makeSegment(0xda, [1, 1, 0, 0, 63, 0]), 1, 2, 0xff, 0, 3, 0xff, 0xd0, 4]
