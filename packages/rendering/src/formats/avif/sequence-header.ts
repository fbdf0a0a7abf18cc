import type { ColourCodes } from '../../colour/colour-tag.ts'
import type { BitReader } from './bit-reader.ts'

/** Colours of the samples of a sequence. */
export type SequenceColours = ColourCodes & { readonly isFullRange: boolean }

/** Fields of a sequence header that the frame headers depend on. */
export type SequenceHeader = {
  /** True for a single image, whose frame header omits fields with fixed values. */
  readonly isReduced: boolean
  readonly width: number
  readonly height: number
  /** Bits of a size in a frame header. */
  readonly widthBits: number
  readonly heightBits: number
  /** 0: frames have no ids. */
  readonly frameIdBits: number
  readonly orderHintBits: number
  readonly hasLargeBlocks: boolean
  /** 2: each frame specifies it. */
  readonly screenContentTools: number
  readonly integerVectors: number
  readonly hasSuperResolution: boolean
  readonly hasHalvedColours: boolean
  readonly colours: SequenceColours
}

const eachFrame = 2
/** Codes of ITU-T H.273. */
const unspecified = 2
const srgb = { primaries: 1, transfer: 13, matrix: 0 } as const

/**
 * Reads a sequence header: AV1 bitstream specification, 5.5.
 *
 * @returns undefined with a decoder model, which no encoder of still images writes
 */
export function readSequenceHeader(bits: BitReader): SequenceHeader | undefined {
  const profile = bits.read(3)
  bits.skip(1)
  const isReduced = bits.flag()
  if (isReduced) bits.skip(5)
  else if (!skipOperatingPoints(bits)) return undefined
  const [widthBits, heightBits] = [bits.read(4) + 1, bits.read(4) + 1]
  const [width, height] = [bits.read(widthBits) + 1, bits.read(heightBits) + 1]
  const frameIdBits = !isReduced && bits.flag() ? bits.read(4) + 2 + bits.read(3) + 1 : 0
  const hasLargeBlocks = bits.flag()
  bits.skip(2)
  const tools = isReduced
    ? { orderHintBits: 0, screenContentTools: eachFrame, integerVectors: eachFrame }
    : readTools(bits)
  const hasSuperResolution = bits.flag()
  bits.skip(2)
  const colours = readColours(bits, profile)
  const size = { width, height, widthBits, heightBits }
  return {
    isReduced,
    ...size,
    frameIdBits,
    hasLargeBlocks,
    ...tools,
    hasSuperResolution,
    ...colours,
  }
}

/** Returns false with timing information. */
function skipOperatingPoints(bits: BitReader): boolean {
  if (bits.flag()) return false
  const hasDelay = bits.flag()
  for (let left = bits.read(5) + 1; left > 0; left -= 1) {
    bits.skip(12)
    if (bits.read(5) > 7) bits.skip(1)
    if (hasDelay && bits.flag()) bits.skip(4)
  }
  return true
}

function readTools(bits: BitReader) {
  bits.skip(4)
  const hasOrderHints = bits.flag()
  if (hasOrderHints) bits.skip(2)
  const screenContentTools = bits.flag() ? eachFrame : bits.read(1)
  const choosesVectors = screenContentTools === 0 || bits.flag()
  const integerVectors = choosesVectors ? eachFrame : bits.read(1)
  const orderHintBits = hasOrderHints ? bits.read(3) + 1 : 0
  return { orderHintBits, screenContentTools, integerVectors }
}

/** Reads the colour configuration: 5.5.2. */
function readColours(
  bits: BitReader,
  profile: number,
): Pick<SequenceHeader, 'hasHalvedColours' | 'colours'> {
  const isDeep = bits.flag()
  const isTwelveBit = profile === 2 && isDeep && bits.flag()
  const isMonochrome = profile !== 1 && bits.flag()
  const [primaries, transfer, matrix] = bits.flag()
    ? [bits.read(8), bits.read(8), bits.read(8)]
    : [unspecified, unspecified, unspecified]
  const isSrgb =
    primaries === srgb.primaries && transfer === srgb.transfer && matrix === srgb.matrix
  if (isSrgb && !isMonochrome) {
    return { hasHalvedColours: false, colours: { primaries, transfer, isFullRange: true } }
  }
  const colours = { primaries, transfer, isFullRange: bits.flag() }
  if (isMonochrome || profile === 0) return { hasHalvedColours: true, colours }
  if (profile === 1) return { hasHalvedColours: false, colours }
  return { hasHalvedColours: isTwelveBit ? bits.flag() : true, colours }
}
