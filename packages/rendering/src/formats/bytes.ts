import { fstatSync, readSync } from 'node:fs'
import { readBytes, withFile } from './files.ts'

/** Bytes that a walker reads, of a file or in memory. Positions and lengths may be any number; see `readBytes`. */
export type Bytes = {
  readonly length: number
  /** Reads `length` bytes at a position; fewer at the end. */
  read(at: number, length: number): Buffer
  /** Returns the byte at a position; undefined outside. */
  at(position: number): number | undefined
  /** Returns the big-endian number of four bytes at a position; undefined at the end. Creates no buffer. */
  uint32(at: number): number | undefined
  /** Returns the position of the next such byte; -1 if there is none. */
  indexOf(byte: number, from: number): number
}

/** Length of what `uint32` reads. */
const numberBytes = 4

export function bytesOf(buffer: Buffer): Bytes {
  return {
    length: buffer.length,
    read: (at, length) =>
      at >= 0 && length > 0 ? buffer.subarray(at, at + length) : Buffer.alloc(0),
    at: (position) => buffer[position],
    uint32: (at) =>
      at >= 0 && at + numberBytes <= buffer.length ? buffer.readUInt32BE(at) : undefined,
    indexOf: (byte, from) => buffer.indexOf(byte, from),
  }
}

/** Opens a file for a walker, which reads at least `windowBytes` at once. @throws errors of the file system */
export function withBytes<T>(path: string, windowBytes: number, use: (bytes: Bytes) => T): T {
  return withFile(path, (file) => use(bytesIn(file, windowBytes)))
}

/** Reads through windows, so that walking many short pieces costs few reads. */
function bytesIn(file: number, windowBytes: number): Bytes {
  const { size: length } = fstatSync(file)
  let start = 0
  let window = Buffer.alloc(0)
  let isLent = true
  function load(at: number): void {
    start = at
    const wanted = Math.min(Math.max(windowBytes, numberBytes), length - at)
    // A part that was returned stays as it is, so only a window that nobody holds is read into again.
    const buffer = isLent || window.length !== wanted ? Buffer.allocUnsafe(wanted) : window
    isLent = false
    const read = readSync(file, buffer, 0, wanted, at)
    window = read === wanted ? buffer : buffer.subarray(0, read)
  }
  const isLoaded = (at: number, bytes: number) => at >= start && at + bytes <= start + window.length

  return {
    length,
    read(at, bytes) {
      if (!(at >= 0 && bytes > 0) || at >= length || bytes > windowBytes)
        return readBytes(file, at, bytes)
      if (!isLoaded(at, bytes)) load(at)
      isLent = true
      return window.subarray(at - start, at - start + bytes)
    },
    at(position) {
      if (!(position >= 0) || position >= length) return undefined
      if (!isLoaded(position, 1)) load(position)
      return window[position - start]
    },
    uint32(at) {
      if (!(at >= 0) || at + numberBytes > length) return undefined
      if (!isLoaded(at, numberBytes)) load(at)
      return isLoaded(at, numberBytes) ? window.readUInt32BE(at - start) : undefined
    },
    indexOf(byte, from) {
      for (let at = from; at < length; at = start + window.length) {
        if (!isLoaded(at, 1)) load(at)
        if (window.length === 0) return -1
        const found = window.indexOf(byte, at - start)
        if (found !== -1) return start + found
      }
      return -1
    },
  }
}
