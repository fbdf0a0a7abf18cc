import { withBytes } from '../bytes.ts'
import { type BoolReader, createBoolReader } from './bool-reader.ts'
import { walkFrameChunks, windowBytes } from './chunks.ts'

/** Enough for the frame header and the start of its first partition, bytes. */
const headerBytes = 128
/** Length of the frame tag, start code, width and height. */
const tagBytes = 10
const startCode = 0x2a_01_9d
const segments = 4
const highestIndex = 127

/**
 * Estimates the quality that a lossy WebP was written with, from the quantizer indexes in the header of its first
 * frame: RFC 6386, section 19.2. Inverts libwebp's mapping of quality to quantizer.
 *
 * @returns undefined for lossless files, and for files that decoders reject
 */
export function estimateWebpQuality(path: string): number | undefined {
  const header = withBytes(path, windowBytes, (file) => {
    for (const { name, at } of walkFrameChunks(file)) {
      if (name === 'VP8 ') return file.read(at, headerBytes)
    }
    return undefined
  })
  const index = header && readQuantizerIndex(header)
  return index === undefined ? undefined : toQuality(index)
}

/**
 * Reads the index of the image, 0 to 127. An encoder with segments spreads their indexes around that of its quality:
 * halfway between their mean and the finest is close to it.
 */
function readQuantizerIndex(header: Buffer): number | undefined {
  if (header.length <= tagBytes) return undefined
  const isKeyFrame = ((header[0] ?? 0) & 1) === 0
  if (!isKeyFrame || header.readUIntLE(3, 3) !== startCode) return undefined
  const bits = createBoolReader(header.subarray(tagBytes))
  bits.literal(2) // Colour space, clamping.
  const changes = bits.flag() ? readSegments(bits) : undefined
  bits.literal(1 + 6 + 3) // Kind, level and sharpness of the loop filter.
  if (bits.flag() && bits.flag()) for (let delta = 0; delta < 8; delta += 1) readOptional(bits, 6)
  bits.literal(2) // Partitions.
  const base = bits.literal(7)
  if (changes === undefined) return base
  const offset = changes.isAbsolute ? 0 : base
  const indexes = changes.values.map((value) => clampIndex(offset + value))
  const mean = indexes.reduce((sum, index) => sum + index, 0) / segments
  return (mean + Math.min(...indexes)) / 2
}

type SegmentIndexes = { readonly isAbsolute: boolean; readonly values: readonly number[] }

/** Returns undefined if the segments do not differ in their quantizer. */
function readSegments(bits: BoolReader): SegmentIndexes | undefined {
  const [hasMap, hasValues] = [bits.flag(), bits.flag()]
  const all = Array.from({ length: segments })
  let indexes: SegmentIndexes | undefined
  if (hasValues) {
    indexes = { isAbsolute: bits.flag(), values: all.map(() => readOptional(bits, 7)) }
    for (const _ of all) readOptional(bits, 6)
  }
  if (hasMap) for (let node = 1; node < segments; node += 1) if (bits.flag()) bits.literal(8)
  return indexes
}

function readOptional(bits: BoolReader, width: number): number {
  return bits.flag() ? bits.signed(width) : 0
}

function clampIndex(index: number): number {
  return Math.max(0, Math.min(highestIndex, index))
}

/** Inverts libwebp's compression curve: the cube root of a quality that is bent at three quarters. */
function toQuality(index: number): number {
  const bent = (1 - index / highestIndex) ** 3
  const quality = bent < 0.5 ? bent * 1.5 : (bent + 1) / 2
  return Math.max(1, Math.min(100, Math.round(100 * quality)))
}
