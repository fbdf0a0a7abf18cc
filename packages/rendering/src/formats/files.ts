import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/*
 * Synchronous, for children, which have nothing else to do meanwhile: a blocking read costs a tenth of one through the
 * thread pool.
 */

/** Opens a file for reading while `read` runs. @throws errors of the file system */
export function withFile<T>(path: string, read: (file: number) => T): T {
  const file = openSync(path, 'r')
  try {
    return read(file)
  } finally {
    closeSync(file)
  }
}

/**
 * Reads `length` bytes at a position; fewer at the end of the file. Positions and lengths come from the file itself and
 * may be any number: a range outside the file is empty, and no more is allocated than the file has.
 */
export function readBytes(file: number, at: number, length: number): Buffer {
  const inside = Math.min(length, fstatSync(file).size - at)
  if (!(at >= 0) || !(inside > 0)) return Buffer.alloc(0)
  const bytes = Buffer.allocUnsafe(inside)
  return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, at))
}

/** Returns the first bytes of a file; fewer if it is shorter. */
export function readHead(path: string, length: number): Uint8Array {
  return withFile(path, (file) => readBytes(file, 0, length))
}
