import { link, readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { ImageId } from '../image/index.ts'
import type { OriginalRef } from '../original-ref.ts'
import { ignoreMissing } from './disk-errors.ts'
import { findFile } from './find-file.ts'
import { makeFolder } from './make-folder.ts'
import { toRef } from './original-file.ts'
import { versionPrefix } from './originals-layout.ts'
import { syncFolders } from './write-durably.ts'

/** A version that was replaced, and its file. */
export type KeptVersion = { readonly original: OriginalRef; readonly path: string }

/** Files of older versions. One process at a time changes those of an original. */
export type KeptVersions = {
  /** Lists the versions, the one that was added last first. */
  list(id: ImageId): Promise<readonly KeptVersion[]>
  /** Keeps the file at this path, which also stays there. Resolves once that is durable. */
  add(id: ImageId, path: string): Promise<void>
  /** Removes all but the first versions, and every copy of the present one. */
  trim(id: ImageId, most: number, present: string): Promise<void>
  /** Removes every version. Resolves once that is durable. */
  clear(id: ImageId): Promise<void>
}

/** Keeps each version under the name of its original and a number that grows with each replacement. */
export function createKeptVersions(originalsDir: string): KeptVersions {
  const prefixOf = (id: ImageId) => join(originalsDir, versionPrefix(id))

  /** Returns the numbers of the files, the highest first. */
  async function readNumbers(id: ImageId): Promise<readonly number[]> {
    const prefix = prefixOf(id)
    const names = (await ignoreMissing(readdir(dirname(prefix)))) ?? []
    const own = names.filter((name) => name.startsWith(basename(prefix)))
    const numbers = own.map((name) => Number(name.slice(basename(prefix).length)))
    return numbers.filter(Number.isSafeInteger).toSorted((one, other) => other - one)
  }

  async function list(id: ImageId): Promise<readonly KeptVersion[]> {
    const paths = (await readNumbers(id)).map((number) => `${prefixOf(id)}${number}`)
    const files = await Promise.all(paths.map(findFile))
    return paths.flatMap((path, index) => {
      const facts = files[index]
      return facts === undefined ? [] : [{ original: toRef(id, facts), path }]
    })
  }

  async function remove(id: ImageId, paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return
    for (const path of paths) await rm(path, { force: true })
    await syncFolders(originalsDir, dirname(prefixOf(id)))
  }

  return {
    list,
    async add(id, path) {
      const folder = dirname(prefixOf(id))
      await makeFolder(folder)
      const [last = 0] = await readNumbers(id)
      // It is missing if the original is deleted at this moment.
      await ignoreMissing(link(path, `${prefixOf(id)}${last + 1}`))
      await syncFolders(originalsDir, folder)
    },
    async trim(id, most, present) {
      const kept = await list(id)
      const older = new Set(withoutCopies(kept, present).slice(0, most))
      const others = kept.filter((version) => !older.has(version))
      await remove(
        id,
        others.map(({ path }) => path),
      )
    },
    clear: async (id) =>
      remove(
        id,
        (await list(id)).map(({ path }) => path),
      ),
  }
}

/**
 * Leaves out the present version, and all but the first of equal ones: a process that is killed before or after a switch
 * leaves a version twice.
 */
export function withoutCopies(
  kept: readonly KeptVersion[],
  present: string,
): readonly KeptVersion[] {
  const seen = new Set([present])
  return kept.filter(({ original: { version } }) => !seen.has(version) && seen.add(version))
}
