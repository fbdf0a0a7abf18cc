import { readCodedImage } from './coded-image.ts'
import { createBitReader } from './bit-reader.ts'
import { readQuantizerIndex } from './frame-header.ts'
import { qualityOfIndex } from './quality-scale.ts'
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
    const quality = index === undefined ? undefined : qualityOfIndex(index)
    return { quality, hasHalvedColours: sequence.hasHalvedColours }
  }
  return undefined
}
