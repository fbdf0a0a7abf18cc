import { withBytes } from '../bytes.ts'
import { markers, walkSegments } from './segments.ts'

/** Bytes read at once. */
const windowBytes = 64 * 1024

/**
 * Counts the segments before the first scan of a JPEG. Decoders keep all of them in memory when they open it.
 *
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function countSegments(path: string): void {
  withBytes(path, windowBytes, (file) => {
    for (const { marker } of walkSegments(file)) if (marker === markers.scan) return
  })
}

/**
 * Counts the scans of a JPEG, up to one more than `enough`.
 *
 * @throws AppError IMAGE_TOO_COSTLY if there are too many segments
 */
export function countScans(path: string, enough: number): number {
  return withBytes(path, windowBytes, (file) => {
    let scans = 0
    for (const { marker, isWhole } of walkSegments(file)) {
      if (marker === markers.scan && isWhole) scans += 1
      if (scans > enough) break
    }
    return scans
  })
}
