import { bytesOf } from '../bytes.ts'
import type { Orientation } from '../orientation.ts'
import { makeOrientationExif } from '../exif/orientation-exif.ts'
import { markers, walkSegments } from './segments.ts'

/** Length of an APP0 segment without a thumbnail. */
const plainJfifBytes = 16

/**
 * Removes what is not needed to display a JPEG. Of its application segments, keeps the bare JFIF header, the colour
 * profile and Adobe's colour transform; cuts off data after the end of the image. Copies the rest byte for byte. ITU-T
 * T.81, annex B.
 *
 * @param orientation written back if the image is not upright
 * @returns the pieces of the file; undefined if the segments cannot be followed to the end of the image
 */
export function stripJpeg(file: Buffer, orientation: Orientation): readonly Buffer[] | undefined {
  if (file[0] !== 0xff || file[1] !== markers.start) return undefined
  const parts: Buffer[] = []
  let before = 2
  let isScan = false
  for (const { marker, start, end, isBare, isWhole } of walkSegments(bytesOf(file))) {
    const gap = file.subarray(before, start)
    if (isScan) parts.push(gap)
    else if (gap.some((byte) => byte !== 0xff)) return undefined
    if (marker === markers.end) return finish(parts, orientation)
    if (isBare || !isWhole) return undefined
    const kept = keepSegment(marker, file.subarray(start, end))
    if (kept !== undefined) parts.push(kept)
    isScan = marker === markers.scan
    before = end
  }
  return undefined
}

function finish(parts: readonly Buffer[], orientation: Orientation): readonly Buffer[] {
  const start = Buffer.from([0xff, markers.start])
  const end = Buffer.from([0xff, markers.end])
  return [start, ...withOrientation(parts, orientation), end]
}

function keepSegment(marker: number, bytes: Buffer): Buffer | undefined {
  const { firstApplication, lastApplication } = markers
  if (marker === markers.comment) return undefined
  if (marker < firstApplication || marker > lastApplication) return bytes
  if (marker === firstApplication && hasName(bytes, 'JFIF\0')) return withoutThumbnail(bytes)
  const isNeeded =
    (marker === markers.profile && hasName(bytes, 'ICC_PROFILE\0')) ||
    (marker === markers.adobe && hasName(bytes, 'Adobe'))
  return isNeeded ? bytes : undefined
}

function hasName(segment: Buffer, name: string): boolean {
  return segment.subarray(4, 4 + name.length).toString('latin1') === name
}

function withoutThumbnail(jfif: Buffer): Buffer | undefined {
  if (jfif.length < plainJfifBytes + 2) return undefined
  const plain = Buffer.from(jfif.subarray(0, plainJfifBytes + 2))
  plain.writeUInt16BE(plainJfifBytes, 2)
  plain.writeUInt16BE(0, plainJfifBytes)
  return plain
}

/** Inserts the orientation after the JFIF header, which must come first. */
function withOrientation(parts: readonly Buffer[], orientation: Orientation): readonly Buffer[] {
  if (orientation === 1) return parts
  const content = Buffer.concat([
    Buffer.from('Exif\0\0', 'latin1'),
    makeOrientationExif(orientation),
  ])
  const head = Buffer.from([0xff, markers.exif, 0, content.length + 2])
  const exif = Buffer.concat([head, content])
  const first = parts[0]?.[1] === markers.firstApplication ? 1 : 0
  return [...parts.slice(0, first), exif, ...parts.slice(first)]
}
