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
  /** The folder of the originals, which all processes share. */
  readonly originalsDir: string
  readonly maxBytes: number
  /** Copies of another revision are not found; see `copyRevision`. */
  readonly revision?: number
  /** How long a folder's names are believed, ms: so long a copy that another process has made may be overlooked. */
  readonly listingMs?: number
}

/** Grows with each release whose copies show other colours or another size, so that those of an earlier one are made again. */
const copyRevision = 2
/** Beside the hashed originals, and as little the name of an id as theirs. */
export const copiesFolder = '_copies'
/** Temporary files that are older than this are those of a process that was killed, ms. */
const leftOverMs = 10 * 60_000
/** How exactly the last use of a copy is remembered, ms: not every use is worth a write. */
const useResolutionMs = 60 * 60_000
/** By what share of the bound each process may exceed it between two sweeps. */
const allowedExcess = 0.05
/** They are spread over so many folders. */
const maxFolders = 256

/**
 * Working copies in a folder within that of the originals, so that one copy serves every process that shares them. The
 * name of a file tells the original by the digest of its path, then the revision, its size and time, then its quality:
 * `aa/<digest>-<stamp>-92`. Where there is no copy, which is most often, the names that were read lately tell so.
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

/** Identifies an original at its path, and the release that made a copy; undefined if there is no original. */
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
 * The time of a file is that of its last use; one that cannot be written is merely swept sooner.
 *
 * @returns whether it is there
 */
async function noteUse(path: string): Promise<boolean> {
  const facts = await ignoreMissing(lstat(path))
  if (facts === undefined) return false
  const now = new Date()
  if (now.getTime() - facts.mtimeMs >= useResolutionMs) await utimes(path, now, now).catch(() => {})
  return true
}
