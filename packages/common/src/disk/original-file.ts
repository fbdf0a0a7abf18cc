import type { Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import { AppError } from '../errors.ts'
import type { ImageId } from '../image/index.ts'
import type { OriginalRef } from '../original-ref.ts'
import type { OriginalFile } from '../ports/original-store.ts'
import { translateDiskErrors } from './disk-errors.ts'
import { findFile } from './find-file.ts'

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

/**
 * Leases a file of the folder, which stays there by itself, but may be replaced at any moment. Every switch changes the file or
 * its ctime, also one to another version and back.
 *
 * @throws AppError VERSION_NOT_FOUND if another version is at this path
 */
export async function leaseFile(original: OriginalRef, path: string): Promise<OriginalFile> {
  async function stat(): Promise<Stats> {
    const facts = await translateDiskErrors(findFile(path))
    const isSame = facts !== undefined && isOf(original, facts)
    if (!isSame) throw versionGone()
    return facts
  }
  const before = await stat()
  return {
    path,
    async verify() {
      const after = await stat()
      if (after.ino !== before.ino || after.ctimeMs !== before.ctimeMs) throw versionGone()
    },
    [Symbol.asyncDispose]: release,
  }
}

function isOf(original: OriginalRef, facts: Stats): boolean {
  const toRefOf = isFlat(original) ? toFlatRef : toRef
  return toRefOf(original.id, facts).version === original.version
}

function versionGone(): AppError {
  return new AppError('VERSION_NOT_FOUND', 'The image was replaced or deleted meanwhile.')
}

async function release(): Promise<void> {}

export async function readHead(path: string, bytes: number): Promise<Uint8Array> {
  await using file = await open(path, 'r')
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0)
  return buffer.subarray(0, bytesRead)
}
