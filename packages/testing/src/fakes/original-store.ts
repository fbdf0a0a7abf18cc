import { randomUUID } from 'node:crypto'
import { readFile, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { OriginalFile, OriginalStore } from '@iaas/common/ports/original-store'

/** Creates an original store of files in a folder of the test, known only to this object. */
export function createFakeOriginalStore(dir: string): OriginalStore {
  const paths = new Map<ImageId, string>()
  let hasStored = false

  async function find(id: ImageId): Promise<OriginalFile | undefined> {
    const path = paths.get(id)
    if (path === undefined) return undefined
    const { size, mtime } = await stat(path)
    return { path, size, modifiedAt: mtime }
  }

  return {
    find,
    isEmpty: async () => !hasStored,
    async readHead({ path }, bytes) {
      const whole = await readFile(path).catch(() => undefined)
      return whole?.subarray(0, bytes)
    },
    async createTemporary() {
      const path = join(dir, randomUUID())
      const isOriginal = () => [...paths.values()].includes(path)
      return {
        path,
        async [Symbol.asyncDispose]() {
          if (!isOriginal()) await rm(path, { force: true })
        },
      }
    },
    async put(id, { path }) {
      if (paths.has(id))
        throw new AppError('ID_TAKEN', 'An image with this id already exists. Choose another id.')
      paths.set(id, path)
      hasStored = true
    },
    async delete(id) {
      paths.delete(id)
    },
    async space() {
      return { freeBytes: 2 ** 40, totalBytes: 2 ** 40 }
    },
    async sweepTemporary(olderThanMs) {
      const kept = new Set(paths.values())
      let removed = 0
      for (const path of (await readdir(dir)).map((name) => join(dir, name))) {
        if (kept.has(path) || Date.now() - (await stat(path)).mtimeMs < olderThanMs) continue
        await rm(path)
        removed += 1
      }
      return removed
    },
  }
}
