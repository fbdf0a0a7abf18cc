import { lstat, mkdir, readdir, rename, rm, utimes } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { digestOf } from '../digest.ts'
import { AppError } from '../errors.ts'
import type {
  WorkingCopy,
  WorkingCopyPlace,
  WorkingCopyStore,
  WorkingCopyUsage,
} from '../ports/working-copy-store.ts'
import { ignoreMissing, translateDiskErrors } from './disk-errors.ts'
import { createTemporaryFile, listFiles, sweepFolder } from './temporary-files.ts'
import { incomingFolder } from './write-durably.ts'

export type DiskWorkingCopyStoreOptions = {
  /** The folder of the originals, which all processes share. */
  readonly originalsDir: string
  readonly maxBytes: number
}

/** Beside the hashed originals, and as little the name of an id as theirs. */
const copiesFolder = '_copies'
/** Temporary files that are older than this are those of a process that was killed, ms. */
const leftOverMs = 10 * 60_000
/** How exactly the last use of a copy is remembered, ms: not every use is worth a write. */
const useResolutionMs = 60 * 60_000
/** By what share of the bound each process may exceed it between two sweeps. */
const allowedExcess = 0.05

/**
 * Working copies in a folder within that of the originals, so that one copy serves every process that shares them. The
 * name of a file tells the original by its digest, then the quality of that: `aa/<digest>-92`.
 */
export function createDiskWorkingCopyStore(options: DiskWorkingCopyStoreOptions): WorkingCopyStore {
  const { originalsDir, maxBytes } = options
  const dir = join(originalsDir, copiesFolder)
  const incoming = join(dir, incomingFolder)
  let addedBytes = 0

  /** undefined: there is no such original. */
  async function stemOf(originalPath: string): Promise<string | undefined> {
    const facts = await ignoreMissing(lstat(originalPath))
    if (facts === undefined) return undefined
    const { size, mtimeMs } = facts
    const name = relative(originalsDir, originalPath)
    const digest = digestOf(`${name}\n${size}\n${Math.floor(mtimeMs)}`)
    return join(dir, digest.slice(0, 2), `${digest}-`)
  }

  async function find(originalPath: string): Promise<WorkingCopy | undefined> {
    const stem = await stemOf(originalPath)
    if (stem === undefined) return undefined
    const names = (await ignoreMissing(readdir(dirname(stem)))) ?? []
    const path = names.map((name) => join(dirname(stem), name)).find((at) => at.startsWith(stem))
    const quality = Number(path?.slice(stem.length))
    if (path === undefined || !(quality >= 1 && quality <= 100)) return undefined
    await noteUse(path)
    return { path, quality }
  }

  async function reserve(originalPath: string): Promise<WorkingCopyPlace> {
    const stem = await stemOf(originalPath)
    if (stem === undefined) {
      throw new AppError('ORIGINAL_NOT_FOUND', 'There is no original to make a working copy of.')
    }
    const file = await createTemporaryFile(incoming)
    return {
      ...file,
      async keep(quality) {
        const { size } = await lstat(file.path)
        await mkdir(dirname(stem), { recursive: true })
        await rename(file.path, `${stem}${quality}`)
        addedBytes += size
        if (addedBytes > maxBytes * allowedExcess) await sweep()
      },
    }
  }

  async function sweep(): Promise<WorkingCopyUsage> {
    addedBytes = 0
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
    remove: ({ path }) => translateDiskErrors(rm(path, { force: true })),
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

/** The time of a file is that of its last use; one that cannot be written is merely swept sooner. */
async function noteUse(path: string): Promise<void> {
  const facts = await ignoreMissing(lstat(path))
  const now = new Date()
  if (facts === undefined || now.getTime() - facts.mtimeMs < useResolutionMs) return
  await utimes(path, now, now).catch(() => {})
}
