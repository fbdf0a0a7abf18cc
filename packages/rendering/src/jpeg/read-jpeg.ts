import { readSync } from 'node:fs'
import { checkChunks } from '../bound-chunks.ts'
import { withFile } from '../files.ts'
import { type JpegFacts, createJpegScanner } from './markers.ts'

/** What is read at once of a whole file, and of its header, most of which is metadata that is skipped. */
const chunkBytes = { file: 64 * 1024, header: 1024 } as const
/** What is read for a header at the most: enough for any number of large segments, and not for a file built to be costly. */
const headerBytes = 1024 * 1024

/** The quantisation tables of a file, from the segments before its first scan. */
export function readJpegHeader(path: string): JpegFacts {
  return readUntil(path, chunkBytes.header, ({ scans }, bytes) => scans > 0 || bytes >= headerBytes)
}

/**
 * Reads the whole file and counts its scans, until there are more of them than `enough`.
 *
 * @throws AppError IMAGE_TOO_COSTLY where there are too many segments
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
