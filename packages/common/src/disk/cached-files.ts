import { lstat, readdir, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { ignoreMissing } from './disk-errors.ts'

/** A file of a cache. */
export type CachedFile = {
  readonly name: string
  readonly path: string
  readonly size: number
  readonly modifiedAt: Date
  readonly usedMs: number
  readonly changedMs: number
}

/** Age after which a lease, or a file that is being added, belongs to a killed process, ms. */
const leftOverMs = 60 * 60_000
/** Resolution of the time of last use, ms; avoids a write per use. */
const useResolutionMs = 60_000
/** Share of the bound that an eviction leaves, so that not every new file needs one. */
const keptShare = 0.95

export async function* listCachedFiles(folder: string): AsyncGenerator<CachedFile> {
  for (const name of (await ignoreMissing(readdir(folder))) ?? []) {
    const path = join(folder, name)
    const facts = await ignoreMissing(lstat(path))
    if (facts?.isFile() !== true) continue
    const { size, mtime, atimeMs, ctimeMs } = facts
    yield { name, path, size, modifiedAt: mtime, usedMs: atimeMs, changedMs: ctimeMs }
  }
}

/**
 * Returns the least recently used files whose removal brings the others below the bound; none if they are. The file that was
 * used last stays, whatever its size: somebody is about to read it.
 */
export function chooseEvicted(
  files: readonly CachedFile[],
  maxBytes: number,
): readonly CachedFile[] {
  let total = files.reduce((sum, { size }) => sum + size, 0)
  if (total <= maxBytes) return []
  const byUse = files.toSorted((one, other) => one.usedMs - other.usedMs)
  const kept = byUse.findIndex(({ size }) => {
    if (total <= maxBytes * keptShare) return true
    total -= size
    return false
  })
  return byUse.slice(0, kept === -1 ? byUse.length - 1 : kept)
}

/** The time of the last change of the file or its links counts: that of its last write is the time of the original. */
export async function removeLeftOver(folder: string): Promise<void> {
  for await (const { path, changedMs } of listCachedFiles(folder)) {
    if (Date.now() - changedMs > leftOverMs) await rm(path, { force: true })
  }
}

/** A little more than the millisecond, since times are rounded down on their way to the disk. */
export function setTimes(path: string, modifiedAt: Date, usedAt = Date.now()): Promise<void> {
  return utimes(path, usedAt / 1000, (modifiedAt.getTime() + 0.1) / 1000)
}

/** Writes the time of last use. If that fails, the file is merely evicted sooner. */
export async function noteUse(path: string): Promise<void> {
  const { atimeMs, mtimeMs } = await lstat(path)
  if (Date.now() - atimeMs < useResolutionMs) return
  await setTimes(path, new Date(Math.floor(mtimeMs)))
}
