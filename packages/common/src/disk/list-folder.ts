import { type Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ListedObject } from '../ports/variant-store.ts'
import { errorCode, ignoreMissing } from './disk-errors.ts'

/** Yields the files below a folder in the order of their keys, without those of hidden folders at its top. */
export async function* listFolder(
  root: string,
  prefix: string,
  after: string | undefined,
): AsyncGenerator<ListedObject> {
  yield* walk('')

  async function* walk(folder: string): AsyncGenerator<ListedObject> {
    for (const { key, isFolder } of await readKeys(root, folder)) {
      if (isFolder) {
        if (mayContain(key)) yield* walk(key)
      } else if (key.startsWith(prefix) && isAfter(key, after)) {
        const facts = await ignoreMissing(stat(join(root, key)))
        if (facts !== undefined) yield { key, bytes: facts.size, modifiedAt: facts.mtime }
      }
    }
  }

  /** @param folder key of a folder, with the slash at its end */
  function mayContain(folder: string): boolean {
    const isOnTheWay = prefix.startsWith(folder) || folder.startsWith(prefix)
    return isOnTheWay && (isAfter(folder, after) || after?.startsWith(folder) === true)
  }
}

type Entry = { readonly key: string; readonly isFolder: boolean }

/** Reads a folder in the order of S3, in which a folder counts with the slash at its end. */
async function readKeys(root: string, folder: string): Promise<readonly Entry[]> {
  const found = await readEntries(join(root, folder))
  return found
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .filter((entry) => folder !== '' || !entry.name.startsWith('.'))
    .map((entry) => ({
      key: `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`,
      isFolder: entry.isDirectory(),
    }))
    .toSorted((one, other) => compareKeys(one.key, other.key))
}

/** Returns nothing for a folder that is missing, or that a file replaced meanwhile. */
async function readEntries(path: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true })
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return []
    throw error
  }
}

function isAfter(key: string, after: string | undefined): boolean {
  return after === undefined || compareKeys(key, after) > 0
}

/** Compares keys as S3 does, by their bytes in UTF-8. */
function compareKeys(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}
