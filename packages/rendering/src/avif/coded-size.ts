import { fstatSync } from 'node:fs'
import type { Size } from '@iaas/common/image'
import { createChunkBound } from '../bound-chunks.ts'
import { readBytes, withFile } from '../files.ts'

/** No file needs more to say what is in it, bytes. */
const mostMetaBytes = 1024 * 1024
/** Version and flags stand before the size that it tells. */
const extents = Buffer.from('ispe', 'latin1')

/**
 * The largest picture that is decoded of an AVIF file: what is displayed may be a small part of it (`clap`), and costs as much.
 * Every size that stands in the box of what the file holds is taken for one of a picture: ISO/IEC 23008-12, 6.5.3.
 *
 * @returns undefined where there is none, or it cannot be told: decoders do not agree which of two boxes counts
 * @throws AppError IMAGE_TOO_COSTLY
 */
export function readCodedSize(path: string): Size | undefined {
  const meta = withFile(path, findMeta)
  return meta === undefined ? undefined : largestOf(sizesIn(meta))
}

function findMeta(file: number): Buffer | undefined {
  const found = [...walkBoxes(file)].filter(({ name }) => name === 'meta')
  const [meta] = found
  if (meta === undefined || found.length > 1 || meta.length > mostMetaBytes) return undefined
  return readBytes(file, meta.at, meta.length)
}

type Box = { readonly name: string; readonly at: number; readonly length: number }

/** Of a box: its length, its name. Of length 1: that stands behind the name, in eight bytes; 0: to the end of the file. */
function* walkBoxes(file: number): Generator<Box> {
  const end = fstatSync(file).size
  let at = 0
  const count = createChunkBound()
  while (at < end) {
    count()
    const head = readBytes(file, at, 16)
    if (head.length < 8) return
    const told = head.readUInt32BE(0)
    const long = told === 1 && head.length === 16 ? Number(head.readBigUInt64BE(8)) : told
    const length = long === 0 ? end - at : long
    yield { name: head.toString('latin1', 4, 8), at, length }
    if (length < 8) return
    at += length
  }
}

function sizesIn(meta: Buffer): readonly Size[] {
  const sizes: Size[] = []
  for (let at = meta.indexOf(extents); at !== -1; at = meta.indexOf(extents, at + 1)) {
    const size = at + extents.length + 4
    if (size + 8 > meta.length) break
    sizes.push({ width: meta.readUInt32BE(size), height: meta.readUInt32BE(size + 4) })
  }
  return sizes
}

function largestOf(sizes: readonly Size[]): Size | undefined {
  return sizes.toSorted((one, other) => areaOf(other) - areaOf(one))[0]
}

function areaOf({ width, height }: Size): number {
  return width * height
}
