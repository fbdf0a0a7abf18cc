import type { Size } from '@iaas/common/image'
import { type Bytes, withBytes } from '../bytes.ts'
import { walkBoxes, windowBytes } from '../heif/boxes.ts'
import { type Orientation, toStoredSize } from '../orientation.ts'
import { type Bits, createBits } from './bits.ts'

export type JxlHeader = {
  /** Displayed size, px. */
  readonly size: Size
  /** True if there are channels in addition to the colours. */
  readonly hasAlpha: boolean
}

/** Enough for the header of an image, bytes. */
const headerBytes = 128
const container = Buffer.from('0000000c4a584c200d0a870a', 'hex')
const codestream = Buffer.from('ff0a', 'hex')

/** Reads the header of a JPEG XL: ISO/IEC 18181-1, annex D. @returns undefined if there is none */
export function readJxlHeader(path: string): JxlHeader | undefined {
  const stream = withBytes(path, windowBytes, findCodestream)
  if (stream === undefined || !stream.subarray(0, codestream.length).equals(codestream)) {
    return undefined
  }
  const bits = createBits(stream.subarray(codestream.length))
  const stored = readSize(bits)
  const { orientation, hasAlpha } = readMetadata(bits)
  return { size: toStoredSize(stored, orientation), hasAlpha }
}

/** Returns the start of the codestream: the file itself, or the first part of it in a container. */
function findCodestream(file: Bytes): Buffer | undefined {
  if (!file.read(0, container.length).equals(container)) return file.read(0, headerBytes)
  for (const { name, contentAt } of walkBoxes(file)) {
    if (name === 'jxlc') return file.read(contentAt, headerBytes)
    // The number of the part precedes it.
    if (name === 'jxlp') return file.read(contentAt + 4, headerBytes)
  }
  return undefined
}

/** Widths by the code of the ratio. */
const ratios = [0, 1, 12 / 10, 4 / 3, 3 / 2, 16 / 9, 5 / 4, 2] as const

function readSize(bits: Bits): Size {
  const isSmall = bits.bool()
  const side = () => (isSmall ? (bits.u(5) + 1) * 8 : bits.u32([1, 9], [1, 13], [1, 18], [1, 30]))
  const height = side()
  const ratio = ratios[bits.u(3)] ?? 0
  const width = ratio === 0 ? side() : Math.floor(height * ratio + 1e-9)
  return { width, height }
}

function readMetadata(bits: Bits): { orientation: Orientation; hasAlpha: boolean } {
  if (bits.bool()) return { orientation: 1, hasAlpha: false }
  const orientation = bits.bool() ? readExtraFields(bits) : 1
  skipDepth(bits)
  // The flag says that 16 bits are enough for the buffers.
  bits.bool()
  return { orientation, hasAlpha: bits.u32(0, 1, [2, 4], [1, 12]) > 0 }
}

function readExtraFields(bits: Bits): Orientation {
  const orientation = (bits.u(3) + 1) as Orientation
  if (bits.bool()) readSize(bits)
  if (bits.bool()) skipPreview(bits)
  if (bits.bool()) skipAnimation(bits)
  return orientation
}

function skipPreview(bits: Bits): void {
  const isDivided = bits.bool()
  const side = () =>
    isDivided ? bits.u32(16, 32, [1, 5], [33, 9]) : bits.u32([1, 6], [65, 8], [321, 10], [1345, 12])
  side()
  if (bits.u(3) === 0) side()
}

/** Skips the ticks of a second, the number of loops and the presence of time codes. */
function skipAnimation(bits: Bits): void {
  bits.u32(100, 1000, [1, 10], [1, 30])
  bits.u32(1, 1001, [1, 8], [1, 10])
  bits.u32(0, [0, 3], [0, 16], [0, 32])
  bits.bool()
}

function skipDepth(bits: Bits): void {
  const isFloat = bits.bool()
  if (!isFloat) return void bits.u32(8, 10, 12, [1, 6])
  bits.u32(32, 16, 24, [1, 6])
  bits.u(4)
}
