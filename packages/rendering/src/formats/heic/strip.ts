import { bytesOf } from '../bytes.ts'
import { findMeta } from '../heif/boxes.ts'
import { readItems } from '../heif/items.ts'

/** Types of the items that hold EXIF and XMP. */
const metadataTypes: ReadonlySet<string> = new Set(['Exif', 'mime'])

/**
 * Overwrites EXIF and XMP of a HEIC with zeros. The positions of all other items stay as they are.
 *
 * @returns the pieces of the file; undefined if the metadata is not in a place of its own
 */
export function stripHeic(file: Buffer): readonly Buffer[] | undefined {
  const meta = findMeta(bytesOf(file))
  if (meta === undefined) return undefined
  const { byId, places } = readItems(meta)
  const items = [...byId.values()].filter(({ type }) => metadataTypes.has(type))
  if (items.some(({ id }) => !places.has(id))) return undefined
  const extents = items.flatMap(({ id }) => places.get(id) ?? [])
  const pieces: Buffer[] = []
  let before = 0
  for (const { at, bytes } of extents.toSorted((one, other) => one.at - other.at)) {
    if (bytes === 0 || at < before || at + bytes > file.length) return undefined
    pieces.push(file.subarray(before, at), Buffer.alloc(bytes))
    before = at + bytes
  }
  return [...pieces, file.subarray(before)]
}
