import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

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

/**
 * Reads `length` bytes at a position; fewer where the file ends before. Positions and lengths come from the file itself, so
 * that any number is possible: what lies outside the file is empty, and no more is allocated than the file has.
 */
export function readBytes(file: number, at: number, length: number): Buffer {
  const inside = Math.min(length, fstatSync(file).size - at)
  if (!(at >= 0) || !(inside > 0)) return Buffer.alloc(0)
  const bytes = Buffer.allocUnsafe(inside)
  return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, at))
}

/**
 * Reads pieces of one length of an open file, each over the one before: a walk along many short ones makes no garbage. What
 * is not whole within the file is undefined.
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

/** The first bytes of a file; fewer where it is shorter. */
export function readHead(path: string, length: number): Uint8Array {
  return withFile(path, (file) => readBytes(file, 0, length))
}

/** The byte at a position; undefined outside of the file. */
export type ByteReader = (at: number) => number | undefined

/** The bytes that are read at once for single bytes. */
const windowBytes = 64 * 1024

/** Reads single bytes of an open file, cheap for positions that follow each other closely. */
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
