/** Tag of the GPS directory: EXIF 2.32, 4.6.3. */
const gpsDirectoryTag = 0x8825
/** Tags of latitude and longitude, of the camera and of the subject: EXIF 2.32, 4.6.6. */
const positionTags: ReadonlySet<number> = new Set([0x0002, 0x0004, 0x0014, 0x0016])
const entryBytes = 12
const exifPrefix = Buffer.from('Exif\0\0', 'latin1')

export type MetadataBlocks = {
  readonly exif?: Buffer | undefined
  readonly xmp?: Buffer | undefined
  /** IPTC-IIM, within the block of Photoshop or by itself. */
  readonly iptc?: Buffer | undefined
}

/** Returns true if the metadata of an image says where it was taken. */
export function hasLocation({ exif, xmp }: MetadataBlocks): boolean {
  return (exif !== undefined && hasPosition(exif)) || xmp?.includes('GPSLatitude') === true
}

function hasPosition(exif: Buffer): boolean {
  const tiff = exif.subarray(0, 6).equals(exifPrefix) ? exif.subarray(6) : exif
  if (tiff.length < 8) return false
  const isLittle = tiff.toString('latin1', 0, 2) === 'II'
  const read32 = (at: number) => (isLittle ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at))
  const first = readEntries(tiff, read32(4), isLittle)
  const at = first.get(gpsDirectoryTag)
  if (at === undefined) return false
  return [...readEntries(tiff, read32(at), isLittle).keys()].some((tag) => positionTags.has(tag))
}

/** @returns the tags of a directory and the positions of their values; empty if the directory is malformed */
function readEntries(tiff: Buffer, start: number, isLittle: boolean): ReadonlyMap<number, number> {
  const entries = new Map<number, number>()
  if (start + 2 > tiff.length) return entries
  const read16 = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const count = read16(start)
  for (let index = 0; index < count; index += 1) {
    const at = start + 2 + index * entryBytes
    if (at + entryBytes > tiff.length) break
    entries.set(read16(at), at + 8)
  }
  return entries
}
