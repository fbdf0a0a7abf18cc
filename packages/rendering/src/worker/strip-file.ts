import { readFile } from 'node:fs/promises'
import { writeSynced } from '@iaas/common/disk/write-durably'
import { readers } from '../formats/readers.ts'
import type { SourceFacts } from '../formats/source-facts.ts'

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
  const { strip } = readers[format]
  // Animations and files with several images stay as they are.
  if (strip === undefined) return 'clean'
  const file = await readFile(path)
  const stripped = strip(file, orientation)
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
