import { randomUUID } from 'node:crypto'
import { link, lstat, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { LeasedFile, TemporaryFile } from '../ports/original-store.ts'
import { createSingleFlight } from '../platform/concurrency/single-flight.ts'
import { errorCode, ignoreMissing } from './disk-errors.ts'
import {
  type CachedFile,
  chooseEvicted,
  listCachedFiles,
  noteUse,
  removeLeftOver,
  setTimes,
} from './cached-files.ts'
import { makeFolder, withFolder } from './make-folder.ts'
import { createTemporaryFile, sweepFolder } from './temporary-files.ts'
import { incomingFolder } from './write-durably.ts'

export type FileCacheOptions = {
  readonly dir: string
  readonly maxBytes: number
}

export type FileCacheUsage = { readonly items: number; readonly bytes: number }

/**
 * Keeps files that can be fetched again, the most recently used ones up to a number of bytes. Several processes may share the
 * folder, and all of it may be deleted at any time. Names are safe as file names and begin with two safe characters.
 */
export type FileCache = {
  /** Leases a file that is in the cache. Returns undefined if it is not. */
  lease(name: string): Promise<LeasedFile | undefined>
  /**
   * Leases a file, which `fetch` writes to a path if it is not in the cache: once, however many ask at the same time. `modifiedAt`
   * becomes its time.
   */
  open(name: string, modifiedAt: Date, fetch: (path: string) => Promise<void>): Promise<LeasedFile>
  /** Adds a file by a hard link, so that the caller may remove its own name of it. Never rejects: the file is then fetched when it is needed. */
  add(name: string, modifiedAt: Date, path: string): Promise<void>
  /** Lists the files whose names begin with this text of at least two characters. */
  list(start: string): Promise<readonly CachedFile[]>
  /** Removes the files whose names begin with this text of at least two characters. Leased files stay readable. */
  remove(start: string): Promise<void>
  /** Removes all files. */
  clear(): Promise<void>
  /** Reserves a path on the same file system. */
  createTemporary(): Promise<TemporaryFile>
  sweepTemporary(olderThanMs: number): Promise<number>
  /** Evicts what exceeds the bound, and leases of killed processes. */
  sweep(): Promise<FileCacheUsage>
}

/** Folder of the files that are being added. */
const arrivingFolder = '.arriving'
/** Folder of the leases: hard links, so that a leased file outlives its eviction. */
const leasesFolder = '.leases'

export function createFileCache({ dir, maxBytes }: FileCacheOptions): FileCache {
  const incoming = join(dir, incomingFolder)
  const arriving = join(dir, arrivingFolder)
  const leases = join(dir, leasesFolder)
  const downloads = createSingleFlight<void>()
  /** undefined until the folder is counted. */
  let bytes: number | undefined
  let sweeping: Promise<FileCacheUsage> | undefined

  const folderOf = (name: string) => join(dir, name.slice(0, 2))
  const pathOf = (name: string) => join(folderOf(name), name)

  async function lease(name: string): Promise<LeasedFile | undefined> {
    const path = pathOf(name)
    const leased = join(leases, randomUUID())
    try {
      await withFolder(leases, () => link(path, leased))
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    }
    void noteUse(path).catch(() => {})
    return {
      path: leased,
      [Symbol.asyncDispose]: () => rm(leased, { force: true }).catch(() => {}),
    }
  }

  /** Moves a complete file into the cache. */
  async function keep(name: string, modifiedAt: Date, path: string): Promise<void> {
    await setTimes(path, modifiedAt)
    const { size } = await lstat(path)
    await makeFolder(folderOf(name))
    await rename(path, pathOf(name))
    if (bytes !== undefined) bytes += size
    if (bytes === undefined || bytes > maxBytes) await sweep()
  }

  async function open(name: string, modifiedAt: Date, fetch: (path: string) => Promise<void>) {
    const cached = await lease(name)
    if (cached !== undefined) return cached
    // A second lease, because a small cache may evict a file before it is leased.
    for (let attempt = 0; ; attempt += 1) {
      let own: LeasedFile | undefined
      await downloads.join(name, async () => {
        await using file = await createTemporaryFile(arriving)
        await fetch(file.path)
        own = await leaseNew(name, modifiedAt, file.path)
      })
      const leased = own ?? (await lease(name))
      if (leased !== undefined) return leased
      if (attempt >= 3) throw new Error('A cached file was evicted before it could be read.')
    }
  }

  /** Leases a new file before it can be evicted. */
  async function leaseNew(name: string, modifiedAt: Date, path: string): Promise<LeasedFile> {
    const leased = join(leases, randomUUID())
    await withFolder(leases, () => link(path, leased))
    await keep(name, modifiedAt, path)
    return {
      path: leased,
      [Symbol.asyncDispose]: () => rm(leased, { force: true }).catch(() => {}),
    }
  }

  async function add(name: string, modifiedAt: Date, path: string): Promise<void> {
    await using file = await createTemporaryFile(arriving)
    await link(path, file.path)
    await keep(name, modifiedAt, file.path)
  }

  async function list(start: string): Promise<readonly CachedFile[]> {
    const found: CachedFile[] = []
    for await (const file of listCachedFiles(folderOf(start))) {
      if (file.name.startsWith(start)) found.push(file)
    }
    return found
  }

  async function remove(start: string): Promise<void> {
    const folder = folderOf(start)
    const names = (await ignoreMissing(readdir(folder))) ?? []
    for (const name of names) {
      if (name.startsWith(start)) await rm(join(folder, name), { force: true })
    }
  }

  async function listAll(): Promise<readonly CachedFile[]> {
    const found: CachedFile[] = []
    for (const folder of (await ignoreMissing(readdir(dir))) ?? []) {
      if (folder.startsWith('.')) continue
      for await (const file of listCachedFiles(join(dir, folder))) found.push(file)
    }
    return found
  }

  async function evict(): Promise<FileCacheUsage> {
    const files = await listAll()
    const evicted = chooseEvicted(files, maxBytes)
    for (const { path } of evicted) await rm(path, { force: true })
    const total = sum(files) - sum(evicted)
    bytes = total
    return { items: files.length - evicted.length, bytes: total }
  }

  function sweep(): Promise<FileCacheUsage> {
    sweeping ??= evict().finally(() => {
      sweeping = undefined
    })
    return sweeping
  }

  return {
    lease,
    open,
    add: (name, modifiedAt, path) => add(name, modifiedAt, path).catch(() => {}),
    list,
    remove,
    async clear() {
      for (const { path } of await listAll()) await rm(path, { force: true })
    },
    createTemporary: () => createTemporaryFile(incoming),
    sweepTemporary: (olderThanMs) => sweepFolder(incoming, olderThanMs),
    async sweep() {
      await removeLeftOver(arriving)
      await removeLeftOver(leases)
      return sweep()
    },
  }
}

function sum(files: readonly CachedFile[]): number {
  return files.reduce((total, { size }) => total + size, 0)
}
