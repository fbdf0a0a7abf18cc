import { readFile } from 'node:fs/promises'
import { writeSynced } from '@iaas/common/disk/write-durably'
import type { OriginalFormat } from '@iaas/common/image'
import { type SourceFacts } from '../formats/source-facts.ts'
import type { Orientation } from '../formats/orientation.ts'
import { stripJpeg } from '../formats/jpeg/strip.ts'
import { stripPng } from '../formats/png/strip.ts'
import { stripWebp } from '../formats/webp/strip.ts'

type Strip = (file: Buffer, orientation: Orientation) => readonly Buffer[] | undefined

/** Keeps animations and files with several images as they are. */
const keep: Strip = (file) => [file]

const strips: Readonly<Record<OriginalFormat, Strip>> = {
  jpg: stripJpeg,
  png: stripPng,
  webp: stripWebp,
  gif: keep,
  avif: keep,
  tiff: keep,
}

/**
 * Writes an image without its metadata to `outputPath`, durably, if it has any. The file must be decodable. It is in
 * memory once: the output consists of slices of it.
 *
 * @returns `opaque` if its container cannot be followed, although a decoder can
 */
export async function stripFile(
  path: string,
  outputPath: string,
  { format, orientation }: SourceFacts,
): Promise<'stripped' | 'clean' | 'opaque'> {
  const file = await readFile(path)
  const stripped = strips[format](file, orientation)
  if (stripped === undefined) return 'opaque'
  if (isSame(stripped, file)) return 'clean'
  await writeSynced(outputPath, stripped)
  return 'stripped'
}

function isSame(pieces: readonly Buffer[], file: Buffer): boolean {
  let at = 0
  for (const piece of pieces) {
    const end = at + piece.length
    if (!piece.equals(file.subarray(at, end))) return false
    at = end
  }
  return at === file.length
}
