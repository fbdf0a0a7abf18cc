import { markers } from '../../../formats/jpeg/segments.ts'
import type { Attachments } from './attachments.ts'

/** Longest content of a segment: its length has two bytes and includes them. */
const mostSegmentBytes = 65_535 - 2
const xmpName = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1')
const exifName = Buffer.from('Exif\0\0', 'latin1')
const profileName = Buffer.from('ICC_PROFILE\0', 'latin1')

/** Inserts segments after the JFIF header, which must come first. */
export function attachToJpeg(file: Buffer, { exif, xmp, icc }: Attachments): Buffer {
  const hasHeader = file[2] === 0xff && file[3] === markers.firstApplication
  const at = hasHeader ? 4 + file.readUInt16BE(4) : 2
  const segments = [
    ...(exif === undefined ? [] : makeSegment(markers.exif, [exifName, exif])),
    ...(xmp === undefined ? [] : makeSegment(markers.exif, [xmpName, Buffer.from(xmp)])),
    ...(icc === undefined ? [] : makeProfile(icc)),
  ]
  return Buffer.concat([file.subarray(0, at), ...segments, file.subarray(at)])
}

function makeSegment(marker: number, parts: readonly Buffer[]): readonly Buffer[] {
  const bytes = parts.reduce((sum, { length }) => sum + length, 0)
  if (bytes > mostSegmentBytes) return []
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(bytes + 2, 2)
  return [head, ...parts]
}

/** Splits a profile into numbered parts: ICC.1:2022, B.4. */
function makeProfile(icc: Buffer): readonly Buffer[] {
  const partBytes = mostSegmentBytes - profileName.length - 2
  const count = Math.ceil(icc.length / partBytes)
  return Array.from({ length: count }, (_, index) => {
    const part = icc.subarray(index * partBytes, (index + 1) * partBytes)
    const place = Buffer.from([index + 1, count])
    return makeSegment(markers.profile, [profileName, place, part])
  }).flat()
}
