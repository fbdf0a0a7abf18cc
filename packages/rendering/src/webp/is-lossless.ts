/** Of the file: RIFF, its length, WEBP. Of a chunk: its name and its length. Of a frame: its place, size and time. */
const fileHeaderBytes = 12
const chunkHeaderBytes = 8
const frameHeaderBytes = 16

/**
 * Whether a WebP keeps the pixels of its picture, or those of its first frame, as they are: VP8L, where VP8 does not
 * (https://developers.google.com/speed/webp/docs/riff_container).
 */
export function isLosslessWebp(file: Buffer): boolean {
  for (let at = fileHeaderBytes; at + chunkHeaderBytes <= file.length;) {
    const name = file.toString('latin1', at, at + 4)
    if (name === 'VP8L') return true
    if (name === 'VP8 ') return false
    const bytes = file.readUInt32LE(at + 4)
    at += chunkHeaderBytes + (name === 'ANMF' ? frameHeaderBytes : bytes + (bytes % 2))
  }
  return false
}
