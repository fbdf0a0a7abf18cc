import { readCodedImage } from './coded-image.ts'
import { createBitReader } from './bit-reader.ts'
import { readQuantizerIndex } from './frame-header.ts'
import { type SequenceHeader, readSequenceHeader } from './sequence-header.ts'
import { units, walkUnits } from './units.ts'

export type AvifFacts = {
  /** Quality of 1 to 100 on the scale of JPEG; undefined if it cannot be estimated. */
  readonly quality: number | undefined
  readonly hasHalvedColours: boolean
}

/** Reads the headers of the first coded image of an AVIF. @returns undefined if they cannot be parsed */
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
