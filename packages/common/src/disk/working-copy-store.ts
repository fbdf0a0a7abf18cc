import { lstat, readdir, rename, rm, utimes } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { LRUCache } from 'lru-cache'
import { type Digest, digestOf } from '../digest.ts'
import { AppError } from '../errors.ts'
import type {
  WorkingCopy,
  WorkingCopyPlace,
  WorkingCopyStore,
  WorkingCopyUsage,
} from '../ports/working-copy-store.ts'
import { ignoreMissing, translateDiskErrors } from './disk-errors.ts'
import { makeFolder } from './make-folder.ts'
import { createTemporaryFile, listFiles, sweepFolder } from './temporary-files.ts'
import { incomingFolder } from './write-durably.ts'

export type DiskWorkingCopyStoreOptions = {
  /** Folder of the originals, shared by all processes. */
  readonly originalsDir: string
  readonly maxBytes: number
  /** Copies of another revision are ignored; see `copyRevision`. */
  readonly revision?: number
  /** TTL of a folder listing, ms. A copy made by another process may be overlooked for this long. */
  readonly listingMs?: number
}

/** Increased by each release whose copies have other colours or another size, so that older copies are made again. */
const copyRevision = 2
/** Lies beside the hashed originals; like theirs, its name cannot be an id. */
export const copiesFolder = '_copies'
/** Age after which temporary files belong to a killed process, ms. */
const leftOverMs = 10 * 60_000
/** Resolution of the time of last use, ms; avoids a write per use. */
const useResolutionMs = 60 * 60_000
/** Share of the bound by which each process may exceed it between two sweeps. */
const allowedExcess = 0.05
/** Maximum number of folders that the copies are spread over. */
const maxFolders = 256

/**
 * Stores working copies in a folder below the originals, so that all processes share them. A file name consists of the
 * digest of the original's path, a stamp (revision, size, time) and the quality: `aa/<digest>-<stamp>-92`. Cached
 * folder listings answer the most frequent case, that there is no copy.
 */
export function createDiskWorkingCopyStore(options: DiskWorkingCopyStoreOptions): WorkingCopyStore {
  const { originalsDir, maxBytes, revision = copyRevision, listingMs = 15_000 } = options
  const dir = join(originalsDir, copiesFolder)
  const incoming = join(dir, incomingFolder)
  const listings = new LRUCache<string, Promise<readonly string[]>>({
    max: maxFolders,
    ttl: listingMs,
  })
  let addedBytes = 0

  const digestOfPath = (path: string) => digestOf(relative(originalsDir, path))
  const folderOf = (digest: Digest) => join(dir, digest.slice(0, 2))

  function list(folder: string): Promise<readonly string[]> {
    const known = listings.get(folder)
    if (known !== undefined) return known
    const listing = ignoreMissing(readdir(folder)).then((names) => names ?? [])
    listing.catch(() => listings.delete(folder))
    listings.set(folder, listing)
    return listing
  }

  async function find(originalPath: string): Promise<WorkingCopy | undefined> {
    const digest = digestOfPath(originalPath)
    const folder = folderOf(digest)
    const candidates = (await list(folder)).filter((name) => name.startsWith(digest))
    if (candidates.length === 0) return undefined
    const stamp = await stampOf(originalPath, revision)
    const stem = `${digest}-${stamp}-`
    const name = candidates.find((each) => each.startsWith(stem))
    const quality = Number(name?.slice(stem.length))
    if (name === undefined || !(quality >= 1 && quality <= 100)) return undefined
    const path = join(folder, name)
    if (await noteUse(path)) return { path, quality }
    listings.delete(folder)
    return undefined
  }

  async function reserve(originalPath: string): Promise<WorkingCopyPlace> {
    const digest = digestOfPath(originalPath)
    const folder = folderOf(digest)
    const stamp = await stampOf(originalPath, revision)
    if (stamp === undefined) {
      throw new AppError('ORIGINAL_NOT_FOUND', 'There is no original to make a working copy of.')
    }
    const file = await createTemporaryFile(incoming)
    return {
      ...file,
      async keep(quality) {
        const { size } = await lstat(file.path)
        await makeFolder(folder)
        await rename(file.path, join(folder, `${digest}-${stamp}-${quality}`))
        listings.delete(folder)
        addedBytes += size
        if (addedBytes > maxBytes * allowedExcess) await sweep()
      },
    }
  }

  async function remove({ path }: WorkingCopy): Promise<void> {
    listings.delete(dirname(path))
    await rm(path, { force: true })
  }

  async function sweep(): Promise<WorkingCopyUsage> {
    addedBytes = 0
    listings.clear()
    await sweepFolder(incoming, leftOverMs)
    const copies = (await listCopies(dir)).toSorted((one, other) => other.usedMs - one.usedMs)
    const usage = { items: 0, bytes: 0 }
    for (const { path, bytes } of copies) {
      if (usage.bytes + bytes > maxBytes) await rm(path, { force: true })
      else {
        usage.items += 1
        usage.bytes += bytes
      }
    }
    return usage
  }

  return {
    find: (originalPath) => translateDiskErrors(find(originalPath)),
    reserve: (originalPath) => translateDiskErrors(reserve(originalPath)),
    remove: (copy) => translateDiskErrors(remove(copy)),
    sweep: () => translateDiskErrors(sweep()),
  }
}

/**
 * Returns a stamp of an original at its path and of the release that made a copy; undefined if there is no original.
 */
async function stampOf(originalPath: string, revision: number): Promise<string | undefined> {
  const facts = await ignoreMissing(lstat(originalPath))
  return facts && `${revision}.${facts.size.toString(36)}.${Math.floor(facts.mtimeMs).toString(36)}`
}

type FoundCopy = { readonly path: string; readonly bytes: number; readonly usedMs: number }

async function listCopies(dir: string): Promise<readonly FoundCopy[]> {
  const found: FoundCopy[] = []
  for (const folder of (await ignoreMissing(readdir(dir))) ?? []) {
    if (folder === incomingFolder) continue
    for await (const { name, size, modifiedMs } of listFiles(join(dir, folder))) {
      found.push({ path: join(dir, folder, name), bytes: size, usedMs: modifiedMs })
    }
  }
  return found
}

/**
 * Sets the file time to the time of last use. If that fails, the copy is merely evicted sooner.
 *
 * @returns true if the file exists
 */
async function noteUse(path: string): Promise<boolean> {
  const facts = await ignoreMissing(lstat(path))
  if (facts === undefined) return false
  const now = new Date()
  if (now.getTime() - facts.mtimeMs >= useResolutionMs) await utimes(path, now, now).catch(() => {})
  return true
}
