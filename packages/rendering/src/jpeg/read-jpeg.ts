import { open } from 'node:fs/promises'
import { type JpegFacts, createJpegScanner } from './markers.ts'

const chunkBytes = 64 * 1024
/** Tables stand at the beginning of a file, behind its metadata. */
const headerBytes = 1024 * 1024

/** The quantisation tables of a file, from the segments before its first scan. */
export function readJpegHeader(path: string): Promise<JpegFacts> {
  return readUntil(path, ({ scans }, bytes) => scans > 0 || bytes >= headerBytes)
}

/** The same of the whole file, its scans counted, until there are more of them than `enough`. */
export function countJpegScans(path: string, enough: number): Promise<JpegFacts> {
  return readUntil(path, ({ scans }) => scans > enough)
}

async function readUntil(
  path: string,
  isDone: (facts: JpegFacts, bytes: number) => boolean,
): Promise<JpegFacts> {
  await using file = await open(path, 'r')
  const scanner = createJpegScanner()
  const buffer = Buffer.alloc(chunkBytes)
  for (let bytes = 0; !isDone(scanner.facts, bytes);) {
    const { bytesRead } = await file.read(buffer, 0, chunkBytes, bytes)
    if (bytesRead === 0) break
    bytes += bytesRead
    scanner.push(buffer.subarray(0, bytesRead))
  }
  return scanner.facts
}
