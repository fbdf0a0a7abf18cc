import type { BitReader } from './bit-reader.ts'
import type { SequenceHeader } from './sequence-header.ts'

/** Largest tile, px, and most tiles of a frame. */
const largestTile = { width: 4096, area: 4096 * 2304, count: 64 } as const

/**
 * Reads the base quantizer index of a key frame, 0 (lossless) to 255. AV1 bitstream specification, 5.9.
 *
 * @returns undefined for another kind of frame, or one with tiles of unequal size
 */
export function readQuantizerIndex(bits: BitReader, sequence: SequenceHeader): number | undefined {
  if (!sequence.isReduced) {
    const [isExisting, type, isShown] = [bits.flag(), bits.read(2), bits.flag()]
    if (isExisting || type !== 0 || !isShown) return undefined
  }
  const keepsStatistics = bits.flag()
  const hasScreenTools =
    sequence.screenContentTools === 2 ? bits.flag() : sequence.screenContentTools === 1
  if (hasScreenTools && sequence.integerVectors === 2) bits.skip(1)
  bits.skip(sequence.frameIdBits)
  const isResized = !sequence.isReduced && bits.flag()
  bits.skip(sequence.orderHintBits)
  const size = readSize(bits, sequence, isResized)
  if (bits.flag()) bits.skip(32)
  if (hasScreenTools && !size.isScaled) bits.skip(1)
  if (!sequence.isReduced && !keepsStatistics) bits.skip(1)
  return skipTiles(bits, sequence, size) ? bits.read(8) : undefined
}

function readSize(bits: BitReader, sequence: SequenceHeader, isResized: boolean) {
  const { widthBits, heightBits, hasSuperResolution } = sequence
  const width = isResized ? bits.read(widthBits) + 1 : sequence.width
  const height = isResized ? bits.read(heightBits) + 1 : sequence.height
  const isScaled = hasSuperResolution && bits.flag()
  const denominator = isScaled ? bits.read(3) + 9 : 8
  return { width: Math.floor((width * 8 + denominator / 2) / denominator), height, isScaled }
}

function skipTiles(
  bits: BitReader,
  { hasLargeBlocks }: SequenceHeader,
  size: { readonly width: number; readonly height: number },
): boolean {
  const block = hasLargeBlocks ? 128 : 64
  const [columns, rows] = [Math.ceil(size.width / block), Math.ceil(size.height / block)]
  if (!bits.flag()) return false
  const fewestColumns = log2Of(largestTile.width / block, columns)
  const tileColumns = readCount(
    bits,
    fewestColumns,
    log2Of(1, Math.min(columns, largestTile.count)),
  )
  const fewest = Math.max(fewestColumns, log2Of(largestTile.area / block ** 2, rows * columns))
  const fewestRows = Math.max(0, fewest - tileColumns)
  const tileRows = readCount(bits, fewestRows, log2Of(1, Math.min(rows, largestTile.count)))
  if (tileColumns + tileRows > 0) bits.skip(tileColumns + tileRows + 2)
  return true
}

/** Returns how often `unit` must be doubled to reach `target`. */
function log2Of(unit: number, target: number): number {
  return Math.max(0, Math.ceil(Math.log2(target / unit)))
}

function readCount(bits: BitReader, fewest: number, most: number): number {
  let count = fewest
  while (count < most && bits.flag()) count += 1
  return count
}
