import { randomUUID } from 'node:crypto'
import { readFile, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { OriginalStore } from '@iaas/common/ports/original-store'

type File = { readonly path: string; readonly version: string }

async function toRef(id: ImageId, { path, version }: File): Promise<OriginalRef> {
  const { size, mtime } = await stat(path)
  return { id, version, size, modifiedAt: mtime }
}

/** Creates an original store of files in a folder of the test, known only to this object. */
export function createFakeOriginalStore(dir: string, keepVersions = 0): OriginalStore {
  const files = new Map<ImageId, File>()
  const older = new Map<ImageId, readonly File[]>()
  const gone = new Set<ImageId>()
  let puts = 0

  async function find(id: ImageId): Promise<OriginalRef | undefined> {
    const file = files.get(id)
    if (file === undefined && gone.has(id)) {
      throw new AppError('ORIGINAL_GONE', 'The image was deleted.')
    }
    if (file === undefined) return undefined
    return toRef(id, file)
  }

  /** Makes a file the present version, and keeps the one before. */
  function take(id: ImageId, file: File): void {
    const before = files.get(id)
    const others = [before, ...(older.get(id) ?? [])].filter((each) => each !== undefined)
    const kept = others.filter(({ version }) => version !== file.version)
    older.set(id, kept.slice(0, keepVersions))
    files.set(id, file)
  }

  function locate({ id, version }: OriginalRef): string | undefined {
    const file = files.get(id)
    return file?.version === version ? file.path : undefined
  }

  return {
    find,
    async open(original) {
      const path = locate(original)
      if (path === undefined) throw new AppError('ORIGINAL_NOT_FOUND', 'This version is gone.')
      return { path, async [Symbol.asyncDispose]() {} }
    },
    isEmpty: async () => puts === 0,
    async readHead(original, bytes) {
      const path = locate(original)
      const whole = path && (await readFile(path).catch(() => undefined))
      return whole ? whole.subarray(0, bytes) : undefined
    },
    async createTemporary() {
      const path = join(dir, randomUUID())
      const isOriginal = () =>
        [...files.values(), ...[...older.values()].flat()].some((file) => file.path === path)
      return {
        path,
        async [Symbol.asyncDispose]() {
          if (!isOriginal()) await rm(path, { force: true })
        },
      }
    },
    async put(id, { path }, { replace = false, prepare } = {}) {
      if (replace && (await find(id)) === undefined)
        throw new AppError('ORIGINAL_NOT_FOUND', 'There is no image of this id.')
      puts += 1
      const version = `v${puts}`
      const { size, mtime } = await stat(path).catch(() => ({ size: 0, mtime: new Date(0) }))
      const original = { id, version, size, modifiedAt: mtime }
      await prepare?.(original)
      if (replace && gone.has(id)) throw new AppError('ORIGINAL_GONE', 'The image was deleted.')
      if (!replace && (files.has(id) || gone.has(id)))
        throw new AppError('ID_TAKEN', 'An image with this id already exists. Choose another id.')
      take(id, { path, version })
      return original
    },
    versions: async (id) => Promise.all((older.get(id) ?? []).map((file) => toRef(id, file))),
    async restore(id, version, prepare) {
      const present = await find(id)
      if (present === undefined)
        throw new AppError('ORIGINAL_NOT_FOUND', 'There is no image of this id.')
      const kept = older.get(id)?.find((file) => file.version === version)
      const file = present.version === version ? files.get(id) : kept
      if (file === undefined) throw new AppError('VERSION_NOT_FOUND', 'There is no such version.')
      const original = await toRef(id, file)
      await prepare?.(original)
      if (gone.has(id)) throw new AppError('ORIGINAL_GONE', 'The image was deleted.')
      take(id, file)
      return original
    },
    async delete(id, { keepGone = false, version } = {}) {
      if (version !== undefined && files.get(id)?.version !== version) return false
      if (keepGone) gone.add(id)
      older.delete(id)
      return files.delete(id)
    },
    async free(id) {
      gone.delete(id)
    },
    async space() {
      return { freeBytes: 2 ** 40, totalBytes: 2 ** 40 }
    },
    async sweepTemporary(olderThanMs) {
      const all = [...files.values(), ...[...older.values()].flat()]
      const kept = new Set(all.map(({ path }) => path))
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
