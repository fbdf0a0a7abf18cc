import type { Orientation } from '../orientation.ts'

/** Creates a TIFF structure for EXIF with a single entry, the orientation. */
export function makeOrientationExif(orientation: Orientation): Buffer {
  const exif = Buffer.alloc(26)
  exif.write('II*\0', 'latin1')
  exif.writeUInt32LE(8, 4)
  exif.writeUInt16LE(1, 8)
  // The orientation as one unsigned short.
  exif.writeUInt16LE(0x0112, 10)
  exif.writeUInt16LE(3, 12)
  exif.writeUInt32LE(1, 14)
  exif.writeUInt16LE(orientation, 18)
  return exif
}
