import { readCodedImage } from './coded-image.ts'
import { createBitReader } from './bit-reader.ts'
import { readQuantizerIndex } from './frame-header.ts'
import { type SequenceHeader, readSequenceHeader } from './sequence-header.ts'

/** Of an open bitstream unit. */
const units = { sequenceHeader: 1, frameHeader: 3, frame: 6 } as const
/** An image has two or three before its pixels. */
const mostUnits = 16

export type AvifFacts = {
  /** 1 to 100, on the scale of JPEG; undefined if it cannot be estimated. */
  readonly quality: number | undefined
  readonly hasHalvedColours: boolean
}

/** Reads the headers of the first coded image of an AVIF. @returns undefined if they cannot be followed */
export function readAvifFacts(path: string): AvifFacts | undefined {
  const image = readCodedImage(path)
  if (image === undefined) return undefined
  let sequence: SequenceHeader | undefined
  for (const { type, content } of walkUnits(image)) {
    if (type === units.sequenceHeader) sequence = readSequenceHeader(createBitReader(content))
    if (type !== units.frame && type !== units.frameHeader) continue
    if (sequence === undefined) return undefined
    const index = readQuantizerIndex(createBitReader(content), sequence)
    const quality = index === undefined ? undefined : toQuality(index)
    return { quality, hasHalvedColours: sequence.hasHalvedColours }
  }
  return undefined
}

type Unit = { readonly type: number; readonly content: Buffer }

/** AV1 bitstream specification, 5.3. Of the last one only the start may be there. */
function* walkUnits(image: Buffer): Generator<Unit> {
  let at = 0
  for (let count = 0; count < mostUnits && at < image.length; count += 1) {
    const head = image[at] ?? 0
    const hasSize = (head & 2) !== 0
    at += (head & 4) === 0 ? 1 : 2
    let length = image.length - at
    if (hasSize) {
      length = 0
      for (let shift = 0; shift < 28; shift += 7) {
        const byte = image[at] ?? 0
        at += 1
        length += (byte & 127) << shift
        if (byte < 128) break
      }
    }
    yield { type: (head >> 3) & 15, content: image.subarray(at, at + length) }
    at += length
  }
}

/** JPEG qualities of equal fidelity, by quantizer index; see docs/performance.md. */
const scale: readonly (readonly [index: number, quality: number])[] = [
  [0, 100],
  [16, 97],
  [32, 95],
  [60, 91],
  [92, 86],
  [120, 76],
  [148, 57],
  [172, 33],
  [216, 10],
  [255, 1],
]

function toQuality(index: number): number {
  const above = scale.findIndex(([at]) => at >= index)
  const [toIndex, toValue] = scale[above] ?? [255, 1]
  const [fromIndex, fromValue] = scale[above - 1] ?? [toIndex - 1, toValue]
  const share = (index - fromIndex) / (toIndex - fromIndex)
  return Math.max(1, Math.round(fromValue + share * (toValue - fromValue)))
}
