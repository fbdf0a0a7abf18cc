import { fstatSync } from 'node:fs'
import type { Format } from '@iaas/common/image'
import { readBytes, withFile } from '../../formats/files.ts'
import { walkFrameChunks } from '../../formats/webp/chunks.ts'

const markers = {
  scan: 0xda,
  firstApplication: 0xe0,
  lastApplication: 0xef,
  comment: 0xfe,
} as const
/** Maximum number of segments; no encoder writes as many. */
const mostSegments = 500
const mostChunks = 50_000
const jfifBytes = 18

/**
 * Returns the size of an original's encoded pixels, without metadata and colour profile, bytes. Reads headers only.
 *
 * @returns undefined if the file cannot be parsed, and for formats that variants do not have
 */
export function readImageBytes(path: string, format: Format): number | undefined {
  return withFile(path, (file) => {
    if (format === 'jpg') return readJpegBytes(file)
    if (format === 'png') return readPngBytes(file)
    return format === 'webp' ? readWebpBytes(file) : undefined
  })
}

/** Counts everything except application segments and comments before the first scan; a bare JFIF header counts. */
function readJpegBytes(file: number): number | undefined {
  let bytes = fstatSync(file).size + jfifBytes
  for (let at = 2, segments = 0; segments < mostSegments; segments += 1) {
    const head = readBytes(file, at, 4)
    if (head.length < 4 || head[0] !== 0xff) return undefined
    const [, marker = 0] = head
    if (marker === markers.scan) return bytes
    const length = 2 + head.readUInt16BE(2)
    const isApplication = marker >= markers.firstApplication && marker <= markers.lastApplication
    if (isApplication || marker === markers.comment) bytes -= length
    at += length
  }
  return undefined
}

const pngChunks: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'])

function readPngBytes(file: number): number | undefined {
  let bytes = 8
  for (let at = 8, chunks = 0; chunks < mostChunks; chunks += 1) {
    const head = readBytes(file, at, 8)
    if (head.length < 8) return bytes
    const length = 12 + head.readUInt32BE(0)
    if (pngChunks.has(head.toString('latin1', 4, 8))) bytes += length
    at += length
  }
  return undefined
}

const webpChunks: ReadonlySet<string> = new Set(['VP8 ', 'VP8L', 'ALPH'])

function readWebpBytes(file: number): number {
  let bytes = 12
  for (const chunk of walkFrameChunks(file)) {
    if (webpChunks.has(chunk.name)) bytes += 8 + chunk.bytes + (chunk.bytes % 2)
  }
  return bytes
}
