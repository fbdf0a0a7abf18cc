import type { Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import type { ImageId } from '../image/index.ts'
import type { OriginalRef } from '../original-ref.ts'
import type { LeasedFile } from '../ports/original-store.ts'

/** End of the version of a flat file of the legacy iaas, so that opening it takes no lookup. */
const flatMark = '.flat'

/** Derives the version from size and time. Both stay the same when a folder is moved or restored with its times. */
export function toRef(id: ImageId, { size, mtimeMs, mtime }: Stats): OriginalRef {
  return {
    id,
    version: `${size.toString(36)}.${Math.floor(mtimeMs).toString(36)}`,
    size,
    modifiedAt: mtime,
  }
}

/** Returns the reference of a flat file. */
export function toFlatRef(id: ImageId, facts: Stats): OriginalRef {
  const original = toRef(id, facts)
  return { ...original, version: `${original.version}${flatMark}` }
}

export function isFlat({ version }: OriginalRef): boolean {
  return version.endsWith(flatMark)
}

/** Leases a file of the folder, which stays there by itself. */
export function lease(path: string): LeasedFile {
  return { path, [Symbol.asyncDispose]: release }
}

async function release(): Promise<void> {}

export async function readHead(path: string, bytes: number): Promise<Uint8Array> {
  await using file = await open(path, 'r')
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0)
  return buffer.subarray(0, bytesRead)
}
