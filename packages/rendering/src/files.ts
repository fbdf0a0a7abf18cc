import { closeSync, openSync, readSync } from 'node:fs'

/*
 * For children, which have nothing else to do meanwhile: a read that blocks costs a tenth of one that goes through the
 * pool of threads.
 */

/** Opens a file for reading, as long as `read` takes. @throws errors of the file system */
export function withFile<T>(path: string, read: (file: number) => T): T {
  const file = openSync(path, 'r')
  try {
    return read(file)
  } finally {
    closeSync(file)
  }
}

/** So many bytes of a file at a place; fewer where it ends before. */
export function readBytes(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  return bytes.subarray(0, readSync(file, bytes, 0, length, at))
}

/** The first bytes of a file; fewer where it is shorter. */
export function readHead(path: string, length: number): Uint8Array {
  return withFile(path, (file) => readBytes(file, 0, length))
}
