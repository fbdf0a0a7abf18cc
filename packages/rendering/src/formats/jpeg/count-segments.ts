import { createChunkBound } from '../bound-chunks.ts'
import { createByteReader, withFile } from '../files.ts'

const firstSegmentAt = 2
const markers = { first: 0xc0, firstAlone: 0xd0, lastAlone: 0xd8, end: 0xd9, scan: 0xda } as const

/**
 * Counts the segments before the first scan of a JPEG. Decoders keep all of them in memory when they open it. ITU-T
 * T.81, annex B.
 *
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function countSegments(path: string): void {
  withFile(path, (file) => {
    const byteAt = createByteReader(file)
    const count = createChunkBound()
    for (let at = firstSegmentAt; ;) {
      at = skipToMarker(byteAt, at)
      const marker = byteAt(at)
      if (marker === undefined || marker === markers.scan || marker === markers.end) return
      count()
      const isAlone =
        marker < markers.first || (marker >= markers.firstAlone && marker <= markers.lastAlone)
      const length = (byteAt(at + 1) ?? 0) * 256 + (byteAt(at + 2) ?? 0)
      at += 1 + (isAlone ? 0 : Math.max(2, length))
    }
  })
}

/** Returns the position of the next marker, after its FF. Skips bytes that are not a marker, as decoders do. */
function skipToMarker(byteAt: (at: number) => number | undefined, from: number): number {
  let at = from
  for (let before = byteAt(at); before !== undefined; before = byteAt(at)) {
    at += 1
    const byte = byteAt(at)
    if (before === 0xff && byte !== 0xff && byte !== 0) return at
  }
  return at
}
