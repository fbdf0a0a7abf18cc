import { bytesOf, withBytes } from '../bytes.ts'
import type { MetadataBlocks } from '../exif/find-location.ts'
import { walkBoxes, windowBytes } from '../heif/boxes.ts'

/** Boxes of a container that are not needed for display; `brob` holds one of the others, compressed. */
const metadataBoxes: ReadonlySet<string> = new Set(['Exif', 'xml ', 'brob', 'jumb'])
/** Maximum of metadata that is read, bytes. */
const mostBytes = 1024 * 1024
const container = 'JXL '

/** Reads EXIF and XMP of a JPEG XL in a container, unless they are compressed. */
export function readJxlMetadata(path: string): MetadataBlocks {
  return withBytes(path, windowBytes, (file) => {
    const blocks = new Map<string, Buffer>()
    if (file.read(4, 4).toString('latin1') !== container) return {}
    for (const { name, at, length, contentAt } of walkBoxes(file)) {
      if (!metadataBoxes.has(name)) continue
      blocks.set(name, file.read(contentAt, Math.min(at + length - contentAt, mostBytes)))
    }
    // The position of the TIFF structure precedes it; it is 0.
    return { exif: blocks.get('Exif')?.subarray(4), xmp: blocks.get('xml ') }
  })
}

/** Removes EXIF and XMP from a JPEG XL in a container; a bare codestream has none. */
export function stripJxl(file: Buffer): readonly Buffer[] | undefined {
  if (file.toString('latin1', 4, 8) !== container) return [file]
  const pieces: Buffer[] = []
  for (const { name, at, length } of walkBoxes(bytesOf(file))) {
    if (length < 8 || at + length > file.length) return undefined
    if (!metadataBoxes.has(name)) pieces.push(file.subarray(at, at + length))
  }
  return pieces
}
