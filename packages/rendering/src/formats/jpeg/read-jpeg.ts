import { readSync } from 'node:fs'
import { checkChunks } from '../bound-chunks.ts'
import { withFile } from '../files.ts'
import { type JpegFacts, createJpegScanner } from './markers.ts'

/** Bytes read at once, of a whole file and of its header, which is mostly skipped metadata. */
const chunkBytes = { file: 64 * 1024, header: 1024 } as const
/**
 * Maximum bytes read for a header: enough for any number of large segments, but bounded for a file built to be costly.
 */
const headerBytes = 1024 * 1024

/** Reads the quantisation tables from the segments before the first scan of a file. */
export function readJpegHeader(path: string): JpegFacts {
  return readUntil(path, chunkBytes.header, ({ scans }, bytes) => scans > 0 || bytes >= headerBytes)
}

/**
 * Reads the whole file and counts its scans, up to one more than `enough`.
 *
 * @throws AppError IMAGE_TOO_COSTLY if there are too many segments
 */
export function countJpegScans(path: string, enough: number): JpegFacts {
  return readUntil(path, chunkBytes.file, ({ scans, segments }) => {
    checkChunks(segments)
    return scans > enough
  })
}

function readUntil(
  path: string,
  chunk: number,
  isDone: (facts: JpegFacts, bytes: number) => boolean,
): JpegFacts {
  return withFile(path, (file) => {
    const scanner = createJpegScanner()
    const buffer = Buffer.allocUnsafe(chunk)
    let at = 0
    for (let bytes = 0; !isDone(scanner.facts, bytes);) {
      const bytesRead = readSync(file, buffer, 0, chunk, at)
      if (bytesRead === 0) break
      bytes += bytesRead
      scanner.push(buffer.subarray(0, bytesRead))
      at += bytesRead + scanner.skip()
    }
    return scanner.facts
  })
}
