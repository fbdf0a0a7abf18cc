import { createChunkBound } from '../bound-chunks.ts'
import type { Bytes } from '../bytes.ts'

/** Maximum size of the metadata, bytes; no file needs more. */
const mostMetaBytes = 1024 * 1024

/** Bytes of a file that a walk reads at once. */
export const windowBytes = 4096

/**
 * Returns the box `meta` of a file, with its header; undefined if there is none, or several.
 *
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function findMeta(file: Bytes): Buffer | undefined {
  const found = [...walkBoxes(file)].filter(({ name }) => name === 'meta')
  const [meta] = found
  if (meta === undefined || found.length > 1 || meta.length > mostMetaBytes) return undefined
  return file.read(meta.at, meta.length)
}

type PlacedBox = {
  readonly name: string
  readonly at: number
  readonly length: number
  /** Position of the content. */
  readonly contentAt: number
}

/**
 * Walks the boxes of a file. A box begins with its length and its name. Length 1: eight bytes after the name hold the
 * length; 0: the box extends to the end of the file.
 */
export function* walkBoxes(file: Bytes): Generator<PlacedBox> {
  const end = file.length
  let at = 0
  const count = createChunkBound()
  while (at < end) {
    count()
    const head = file.read(at, 16)
    if (head.length < 8) return
    const told = head.readUInt32BE(0)
    const long = told === 1 && head.length === 16 ? Number(head.readBigUInt64BE(8)) : told
    const length = long === 0 ? end - at : long
    const contentAt = at + (told === 1 ? 16 : 8)
    yield { name: head.toString('latin1', 4, 8), at, length, contentAt }
    if (length < 8) return
    at += length
  }
}

/** A box within another one, without its header. */
export type Box = { readonly name: string; readonly content: Buffer }

/** Reads consecutive boxes. Skips boxes that are truncated or have another layout. */
export function readBoxes(bytes: Buffer): readonly Box[] {
  const boxes: Box[] = []
  for (let at = 0; at + 8 <= bytes.length;) {
    const end = at + bytes.readUInt32BE(at)
    if (end < at + 8 || end > bytes.length) break
    boxes.push({
      name: bytes.toString('latin1', at + 4, at + 8),
      content: bytes.subarray(at + 8, end),
    })
    at = end
  }
  return boxes
}

export type Cursor = {
  /** Reads the next number of 0 to 4 bytes; 0 after the end. */
  readonly read: (length: number) => number
  /** Position of the next number. */
  readonly at: number
  readonly isAtEnd: boolean
}

/** Reads consecutive big-endian numbers. */
export function createCursor(bytes: Buffer): Cursor {
  let at = 0
  return {
    read: (length) => {
      const from = at
      at += length
      return length === 0 || at > bytes.length ? 0 : bytes.readUIntBE(from, length)
    },
    get at() {
      return at
    },
    get isAtEnd() {
      return at >= bytes.length
    },
  }
}
