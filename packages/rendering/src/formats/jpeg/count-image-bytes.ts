import { fstatSync } from 'node:fs'
import { readBytes, withFile } from '../files.ts'

const markers = {
  scan: 0xda,
  firstApplication: 0xe0,
  lastApplication: 0xef,
  comment: 0xfe,
} as const
/** Maximum number of segments; no encoder writes as many. */
const mostSegments = 500
const jfifBytes = 18

/**
 * Counts everything except application segments and comments before the first scan; a bare JFIF header counts.
 *
 * @returns undefined if the file cannot be parsed
 */
export function countImageBytes(path: string): number | undefined {
  return withFile(path, (file) => {
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
  })
}
