import { createChunkBound } from '../bound-chunks.ts'
import type { Bytes } from '../bytes.ts'

/** Markers: ITU-T T.81, annex B.1.1.3. */
export const markers = {
  baselineFrame: 0xc0,
  extendedFrame: 0xc1,
  progressiveFrame: 0xc2,
  firstRestart: 0xd0,
  lastRestart: 0xd7,
  start: 0xd8,
  end: 0xd9,
  scan: 0xda,
  quantisation: 0xdb,
  firstApplication: 0xe0,
  exif: 0xe1,
  profile: 0xe2,
  adobe: 0xee,
  lastApplication: 0xef,
  comment: 0xfe,
} as const

/** Bytes of a file that a walk over the header of an image reads at once. */
export const headerWindow = 16 * 1024

export type Segment = {
  readonly marker: number
  /** Position of the FF before the marker. */
  readonly start: number
  /** Position and length of the content. */
  readonly at: number
  readonly bytes: number
  readonly end: number
  /** True for a marker that has no length after it, and for an invalid length. */
  readonly isBare: boolean
  /** True if all of the content is in the file. */
  readonly isWhole: boolean
}

/**
 * Walks the segments of a JPEG after its start to the end of the image: ITU-T T.81, annex B. Passes over the data of
 * scans and, as decoders do, over bytes that are not a marker.
 *
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function* walkSegments(file: Bytes): Generator<Segment> {
  const count = createChunkBound()
  let isScan = false
  for (let end = 2; ;) {
    const start = findMarker(file, end, isScan)
    if (start === undefined) return
    count()
    const segment = readSegment(file, start)
    yield segment
    if (segment.marker === markers.end) return
    isScan = segment.marker === markers.scan || (isScan && isBareMarker(segment.marker))
    end = segment.end
  }
}

/** Stuffed and fill bytes are no markers; restarts belong to the data of a scan. */
function findMarker(file: Bytes, from: number, isScan: boolean): number | undefined {
  for (let at = file.indexOf(0xff, from); at !== -1; at = file.indexOf(0xff, at + 1)) {
    const marker = file.at(at + 1)
    if (marker === undefined) return undefined
    const isRestart = marker >= markers.firstRestart && marker <= markers.lastRestart
    if (marker !== 0 && marker !== 0xff && !(isScan && isRestart)) return at
  }
  return undefined
}

function readSegment(file: Bytes, start: number): Segment {
  const marker = file.at(start + 1) ?? 0
  const at = start + 4
  if (isBareMarker(marker)) {
    const end = start + 2
    return { marker, start, at: end, bytes: 0, end, isBare: true, isWhole: true }
  }
  const told = (file.at(start + 2) ?? 0) * 256 + (file.at(start + 3) ?? 0)
  const bytes = Math.max(0, told - 2)
  const end = at + bytes
  return { marker, start, at, bytes, end, isBare: told < 2, isWhole: end <= file.length }
}

/** Markers below C0 are not defined, and decoders go on after them. */
function isBareMarker(marker: number): boolean {
  const { baselineFrame, firstRestart, end } = markers
  return marker < baselineFrame || (marker >= firstRestart && marker <= end)
}
