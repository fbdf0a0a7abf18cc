import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs'
import { closeSync, openSync } from 'node:fs'
import { open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { makeFolder, withFolder } from './make-folder.ts'

/*
 * Each asynchronous call wakes a thread, which costs more than most of these calls. Files are opened as raw
 * descriptors, without a FileHandle object.
 */
const openFile = promisify(fs.open)
const write = promisify(fs.write)
const datasync = promisify(fs.fdatasync)
const sync = promisify(fs.fsync)

/** Folder for files being written. It lies in the target folder, so it is on the same file system. */
export const incomingFolder = '.incoming'

/**
 * Creates a function that writes files below `root` atomically: a file is complete or absent after a crash of the
 * process, and survives a power loss. An existing file is replaced. The names of parent folders are not synchronised:
 * ext4, XFS and Btrfs commit them with the synchronised folder.
 */
export function createDurableWriter(root: string) {
  const incoming = join(root, incomingFolder)
  const moveInto = createMoveInto()

  return async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
    const temporary = join(incoming, randomUUID())
    try {
      await withFolder(incoming, () => writeNew(temporary, bytes))
      await moveInto(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {})
      throw error
    }
    await syncFolder(dirname(path))
  }
}

/**
 * Creates a function that moves a file into a folder that may be missing. It expects of the folder what it found last:
 * in a young store nearly all are missing, in an old one nearly none, and a vain call costs as much as another.
 */
function createMoveInto() {
  let expectsFolder = true
  return async function moveInto(from: string, to: string): Promise<void> {
    const folder = dirname(to)
    if (!expectsFolder) expectsFolder = !(await makeFolder(folder))
    await withFolder(
      folder,
      () => rename(from, to),
      () => (expectsFolder = false),
    )
  }
}

async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const file = await openFile(path, 'wx')
  try {
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await write(file, bytes, at)
      at += bytesWritten
    }
    await datasync(file)
  } finally {
    // Nothing is left to write, so a synchronous close is faster than a thread.
    closeSync(file)
  }
}

/** Writes a file from chunks. It survives a power loss once this resolves; until then a partial file may exist. */
export async function writeSynced(path: string, pieces: Iterable<Uint8Array>): Promise<void> {
  await using file = await open(path, 'w')
  await writeFile(file, pieces)
  await file.sync()
}

/** Synchronises a file to disk, so that its contents survive a power loss. */
export async function syncFile(path: string): Promise<void> {
  // Windows requires write access to synchronise.
  await using file = await open(path, 'r+')
  await file.sync()
}

/** Synchronises the names in a folder and in its parents up to `root`. */
export async function syncFolders(root: string, path: string): Promise<void> {
  for (let folder = path; ; folder = dirname(folder)) {
    await syncFolder(folder)
    if (folder === root || folder === dirname(folder)) return
  }
}

async function syncFolder(path: string): Promise<void> {
  let folder: number | undefined
  try {
    // A file was just put into the folder, so it is cached and opens without disk access.
    folder = openSync(path, 'r')
    await sync(folder)
  } catch (error) {
    // Windows cannot open folders; its file systems journal names by themselves.
    if (process.platform !== 'win32') throw error
  } finally {
    if (folder !== undefined) closeSync(folder)
  }
}
