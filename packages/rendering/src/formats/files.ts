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

/**
 * Reads pieces of equal length of an open file into one reused buffer, so that walking many short ones creates no
 * garbage. Returns undefined for a piece that is not completely inside the file.
 */
export function createPieceReader(
  file: number,
  length: number,
): (at: number) => Buffer | undefined {
  const piece = Buffer.allocUnsafe(length)
  const fileBytes = fstatSync(file).size
  return (at) => {
    if (at + length > fileBytes) return undefined
    return readSync(file, piece, 0, length, at) === length ? piece : undefined
  }
}

/** Returns the first bytes of a file; fewer if it is shorter. */
export function readHead(path: string, length: number): Uint8Array {
  return withFile(path, (file) => readBytes(file, 0, length))
}

/** Returns the byte at a position; undefined outside the file. */
export type ByteReader = (at: number) => number | undefined

/** Bytes read at once for single bytes. */
const windowBytes = 64 * 1024

/** Reads single bytes of an open file; cheap for positions close to each other. */
export function createByteReader(file: number): ByteReader {
  let start = 0
  let window = readBytes(file, 0, windowBytes)
  return (at) => {
    if (at < start || at >= start + window.length) {
      start = at
      window = readBytes(file, at, windowBytes)
    }
    return window[at - start]
  }
}
