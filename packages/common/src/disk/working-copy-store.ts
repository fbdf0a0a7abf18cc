import { lstat, readdir, rename, rm, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LRUCache } from 'lru-cache'
import { type Digest, digestOf } from '../digest.ts'
import type { ImageId } from '../image/index.ts'
import type { OriginalRef } from '../original-ref.ts'
import type {
  WorkingCopy,
  WorkingCopyPlace,
  WorkingCopyStore,
  WorkingCopyUsage,
} from '../ports/working-copy-store.ts'
import { ignoreMissing, translateDiskErrors } from './disk-errors.ts'
import { makeFolder } from './make-folder.ts'
import { copiesFolder, hashedPath } from './originals-layout.ts'
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

/**
 * Increased by each release whose copies have other colours, another size or other metadata, so that older copies are made
 * again.
 */
const copyRevision = 3
/** Age after which temporary files belong to a killed process, ms. */
const leftOverMs = 10 * 60_000
/** Resolution of the time of last use, ms; avoids a write per use. */
const useResolutionMs = 60 * 60_000
/** Share of the bound by which each process may exceed it between two sweeps. */
const allowedExcess = 0.05
/** The hashed path stands for the id in the names that earlier releases gave to copies, which stay valid. */
const digestOfId = (id: ImageId) => digestOf(hashedPath(id))
/** Maximum number of folders that the copies are spread over. */
const maxFolders = 256

/**
 * Stores working copies in a folder below the originals, so that all processes share them. A file name consists of a
 * digest of the id, the revision, the version of the original and the quality: `aa/<digest>-<revision>.<version>-92`.
 * Cached folder listings answer the most frequent case, that there is no copy.
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

  const folderOf = (digest: Digest) => join(dir, digest.slice(0, 2))
  /** Returns the name of a copy up to its quality. */
  const stemOf = (digest: Digest, { version }: OriginalRef) => `${digest}-${revision}.${version}-`

  function list(folder: string): Promise<readonly string[]> {
    const known = listings.get(folder)
    if (known !== undefined) return known
    const listing = ignoreMissing(readdir(folder)).then((names) => names ?? [])
    listing.catch(() => listings.delete(folder))
    listings.set(folder, listing)
    return listing
  }

  async function find(original: OriginalRef): Promise<WorkingCopy | undefined> {
    const digest = digestOfId(original.id)
    const folder = folderOf(digest)
    const stem = stemOf(digest, original)
    const name = (await list(folder)).find((each) => each.startsWith(stem))
    const quality = Number(name?.slice(stem.length))
    if (name === undefined || !(quality >= 1 && quality <= 100)) return undefined
    const path = join(folder, name)
    if (await noteUse(path)) return { path, quality }
    listings.delete(folder)
    return undefined
  }

  async function reserve(original: OriginalRef): Promise<WorkingCopyPlace> {
    const digest = digestOfId(original.id)
    const folder = folderOf(digest)
    const file = await createTemporaryFile(incoming)
    return {
      ...file,
      async keep(quality) {
        const { size } = await lstat(file.path)
        await makeFolder(folder)
        await rename(file.path, join(folder, `${stemOf(digest, original)}${quality}`))
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
    find: (original) => translateDiskErrors(find(original)),
    reserve: (original) => translateDiskErrors(reserve(original)),
    remove: (copy) => translateDiskErrors(remove(copy)),
    sweep: () => translateDiskErrors(sweep()),
  }
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
