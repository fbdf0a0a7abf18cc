import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ImageId } from '../image/index.ts'
import { findFile } from './find-file.ts'
import { ignoreMissing } from './disk-errors.ts'
import { gonePath } from './originals-layout.ts'
import { createDurableWriter, syncFolders } from './write-durably.ts'

/** Marks of originals that are gone. Setting and clearing resolve once they are durable. */
export type GoneMarks = {
  has(id: ImageId): Promise<boolean>
  set(id: ImageId): Promise<void>
  clear(id: ImageId): Promise<void>
}

/** Keeps each mark as a file beside the place of its original, with the time of the deletion in it. */
export function createGoneMarks(originalsDir: string): GoneMarks {
  const writeDurably = createDurableWriter(originalsDir)
  const pathOf = (id: ImageId) => join(originalsDir, gonePath(id))

  return {
    has: async (id) => (await findFile(pathOf(id))) !== undefined,
    async set(id) {
      const path = pathOf(id)
      await writeDurably(path, Buffer.from(`${new Date().toISOString()}\n`))
      await syncFolders(originalsDir, dirname(path))
    },
    async clear(id) {
      const path = pathOf(id)
      await rm(path, { force: true })
      await ignoreMissing(syncFolders(originalsDir, dirname(path)))
    },
  }
}
