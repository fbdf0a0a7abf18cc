import { readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Point } from '../image/index.ts'
import type { OriginalRef } from '../original-ref.ts'
import { pointSchema } from '../point-schema.ts'
import type { FocalStore } from '../ports/focal-store.ts'
import { ignoreMissing, translateDiskErrors } from './disk-errors.ts'
import { focalPath } from './originals-layout.ts'
import { parseJson } from './parse-json.ts'
import { createDurableWriter, syncFolders } from './write-durably.ts'

export type DiskFocalStoreOptions = {
  /** Folder of the originals, shared by all processes. */
  readonly originalsDir: string
}

/**
 * Stores focal points in a folder beside the originals, one small file for each point, named by the id and the version
 * of its original.
 */
export function createDiskFocalStore({ originalsDir }: DiskFocalStoreOptions): FocalStore {
  const writeDurably = createDurableWriter(originalsDir)
  const pathOf = (original: OriginalRef) => join(originalsDir, focalPath(original))

  async function find(original: OriginalRef): Promise<Point | undefined> {
    const text = await ignoreMissing(readFile(pathOf(original), 'utf8'))
    return pointSchema.safeParse(parseJson(text)).data
  }

  async function set(original: OriginalRef, point: Point | undefined): Promise<void> {
    const path = pathOf(original)
    if (point === undefined) await rm(path, { force: true })
    else await writeDurably(path, Buffer.from(JSON.stringify(point)))
    await ignoreMissing(syncFolders(originalsDir, dirname(path)))
  }

  return {
    find: (original) => translateDiskErrors(find(original)),
    set: (original, point) => translateDiskErrors(set(original, point)),
  }
}
