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

/** Returns the JPEG quality, 1 to 100, of the same fidelity as a quantizer index of 0 to 255. */
export function qualityOfIndex(index: number): number {
  const above = scale.findIndex(([at]) => at >= index)
  const [toIndex, toValue] = scale[above] ?? [255, 1]
  const [fromIndex, fromValue] = scale[above - 1] ?? [toIndex - 1, toValue]
  const share = (index - fromIndex) / (toIndex - fromIndex)
  return Math.max(1, Math.round(fromValue + share * (toValue - fromValue)))
}

/** Inverse of `qualityOfIndex`. */
function indexOfQuality(quality: number): number {
  const below = scale.findIndex(([, value]) => value <= quality)
  const [toIndex, toValue] = scale[below] ?? [255, 1]
  const [fromIndex, fromValue] = scale[below - 1] ?? [toIndex, toValue + 1]
  return fromIndex + ((fromValue - quality) / (fromValue - toValue)) * (toIndex - fromIndex)
}

/** Quality and quantizer index of libheif where its slope changes, as measured. */
const bend = { quality: 50, index: 148 } as const
const lastIndex = 255

/** Returns the quality of libheif, 1 to 100, whose fidelity is that of a JPEG of the given quality, 1 to 100. */
export function toEncoderQuality(quality: number): number {
  const index = indexOfQuality(quality)
  const encoded =
    index <= bend.index
      ? 100 - (index / bend.index) * (100 - bend.quality)
      : bend.quality * (1 - (index - bend.index) / (lastIndex - bend.index))
  return Math.max(1, Math.round(encoded))
}
