import type { Orientation } from '../orientation.ts'
import { makeOrientationExif } from '../exif/orientation-exif.ts'

const SOI = 0xd8
const EOI = 0xd9
const SOS = 0xda
const APP0 = 0xe0
const APP1 = 0xe1
const APP2 = 0xe2
const APP14 = 0xee
const APP15 = 0xef
const COM = 0xfe

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
  if (file[0] !== 0xff || file[1] !== SOI) return undefined
  const parts: Buffer[] = []
  for (let at = 2; ;) {
    const segment = readSegment(file, at)
    if (segment === undefined) return undefined
    at = segment.end
    if (segment.marker === EOI) break
    const kept = keepSegment(segment)
    if (kept !== undefined) parts.push(kept)
    if (segment.marker === SOS) {
      const end = findScanEnd(file, at)
      parts.push(file.subarray(at, end))
      at = end
    }
  }
  const start = Buffer.from([0xff, SOI])
  const end = Buffer.from([0xff, EOI])
  return [start, ...withOrientation(parts, orientation), end]
}

type Segment = { readonly marker: number; readonly bytes: Buffer; readonly end: number }

/** Reads the segment at a marker, with its length. Any number of fill bytes may precede the marker. */
function readSegment(file: Buffer, start: number): Segment | undefined {
  let at = start
  if (file[at] !== 0xff) return undefined
  while (file[at + 1] === 0xff) at += 1
  const marker = file[at + 1]
  if (marker === undefined || marker === 0) return undefined
  if (marker === EOI) return { marker, bytes: file.subarray(at, at + 2), end: at + 2 }
  if (at + 4 > file.length) return undefined
  const end = at + 2 + file.readUInt16BE(at + 2)
  if (end < at + 4 || end > file.length) return undefined
  return { marker, bytes: file.subarray(at, end), end }
}

/** Returns the position of the next segment: in entropy-coded data, FF only occurs stuffed or in restart markers. */
function findScanEnd(file: Buffer, start: number): number {
  for (let at = file.indexOf(0xff, start); at !== -1; at = file.indexOf(0xff, at + 1)) {
    const next = file[at + 1]
    if (next !== undefined && next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) {
      return at
    }
  }
  return file.length
}

function keepSegment({ marker, bytes }: Segment): Buffer | undefined {
  if (marker === COM) return undefined
  if (marker < APP0 || marker > APP15) return bytes
  if (marker === APP0 && hasName(bytes, 'JFIF\0')) return withoutThumbnail(bytes)
  const isNeeded =
    (marker === APP2 && hasName(bytes, 'ICC_PROFILE\0')) ||
    (marker === APP14 && hasName(bytes, 'Adobe'))
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
  const head = Buffer.from([0xff, APP1, 0, content.length + 2])
  const exif = Buffer.concat([head, content])
  const first = parts[0]?.[1] === APP0 ? 1 : 0
  return [...parts.slice(0, first), exif, ...parts.slice(first)]
}
