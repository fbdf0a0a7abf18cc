/** Types of an open bitstream unit: AV1 bitstream specification, 6.2.2. */
export const units = { sequenceHeader: 1, frameHeader: 3, frame: 6 } as const
/** Maximum number of units; an image has two or three before its pixels. */
const mostUnits = 16

type Unit = { readonly type: number; readonly content: Buffer }

/** Walks the units of a bitstream: AV1 bitstream specification, 5.3. The last one may be truncated. */
export function* walkUnits(image: Buffer): Generator<Unit> {
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
