import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { digestOf } from '../digest.ts'
import type { ImageId } from '../image/index.ts'
import type { RemoveTraces } from '../ports/opened-originals.ts'
import { ignoreMissing, translateDiskErrors } from './disk-errors.ts'
import { copiesFolder, factsPath, focalPrefix, hashedPath } from './originals-layout.ts'

/** Creates `RemoveTraces` for what lies in a folder of originals. */
export function createRemoveTraces(originalsDir: string): RemoveTraces {
  /** Removes the files of every version, whose names begin with the last part of the path. */
  async function removeAll(path: string): Promise<void> {
    const folder = dirname(join(originalsDir, path))
    const names = (await ignoreMissing(readdir(folder))) ?? []
    const own = names.filter((name) => name.startsWith(basename(path)))
    for (const name of own) await rm(join(folder, name), { force: true })
  }

  async function remove(id: ImageId, points: boolean): Promise<void> {
    const digest = digestOf(hashedPath(id))
    await removeAll(`${copiesFolder}/${digest.slice(0, 2)}/${digest}-`)
    await rm(join(originalsDir, factsPath(id)), { force: true })
    if (points) await removeAll(focalPrefix(id))
  }

  return (id, { points }) => translateDiskErrors(remove(id, points))
}
