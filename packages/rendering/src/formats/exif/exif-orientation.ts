/** Tag of the orientation, one SHORT: EXIF 2.32, 4.6.4. */
const orientationTag = 0x0112
const short = 3
const entryBytes = 12

/**
 * Reads the orientation from the first directory of a TIFF structure, as used by EXIF. Returns 0 if there is none,
 * undefined if the structure is malformed.
 */
export function readExifOrientation(tiff: Buffer): number | undefined {
  const order = tiff.toString('latin1', 0, 4)
  if (order !== 'II*\0' && order !== 'MM\0*') return undefined
  const isLittle = order.startsWith('I')
  const read16 = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const read32 = (at: number) => (isLittle ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at))
  if (tiff.length < 10) return undefined
  const start = read32(4)
  if (start < 8 || start + 2 > tiff.length) return undefined
  const entries = read16(start)
  if (start + 2 + entries * entryBytes > tiff.length) return undefined
  for (let index = 0; index < entries; index += 1) {
    const at = start + 2 + index * entryBytes
    if (read16(at) !== orientationTag) continue
    return read16(at + 2) === short && read32(at + 4) === 1 ? read16(at + 8) : undefined
  }
  return 0
}
