import { type TiffOptions, makeTiff } from './make-tiff.ts'

const headerBytes = 8
const entryBytes = 12
/** Tags whose entries hold a position: of the strip, and of lists that do not fit into their entries. */
const stripTag = 273

export type Page = Pick<TiffOptions, 'side' | 'channels' | 'pixels'>

/** Creates a TIFF of several pages with eight bits per channel: single ones, each moved behind the one before. */
export function makePages(pages: readonly Page[]): Buffer {
  const files = pages.map((page) => makeTiff({ ...page, bits: 8 }))
  const parts: Buffer[] = []
  let at = headerBytes
  for (const [index, file] of files.entries()) {
    const body = moveTo(file, at - headerBytes)
    const isLast = index === files.length - 1
    const padded = body.length % 2 === 0 ? body : Buffer.concat([body, Buffer.alloc(1)])
    if (!isLast) padded.writeUInt32LE(at + padded.length, nextAt(padded))
    parts.push(padded)
    at += padded.length
  }
  return Buffer.concat([(files[0] ?? Buffer.alloc(0)).subarray(0, headerBytes), ...parts])
}

/** Returns a file without its header, as it must be that many bytes further back. */
function moveTo(file: Buffer, distance: number): Buffer {
  const body = Buffer.from(file.subarray(headerBytes))
  for (let entry = 0; entry < body.readUInt16LE(0); entry += 1) {
    const at = 2 + entryBytes * entry
    const isList = body.readUInt16LE(at + 2) === 3 && body.readUInt32LE(at + 4) > 2
    if (!isList && body.readUInt16LE(at) !== stripTag) continue
    body.writeUInt32LE(body.readUInt32LE(at + 8) + distance, at + 8)
  }
  return body
}

/** Returns the place of the position of the next directory. */
function nextAt(body: Buffer): number {
  return 2 + entryBytes * body.readUInt16LE(0)
}
