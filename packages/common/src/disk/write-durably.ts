import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs'
import { closeSync, openSync } from 'node:fs'
import { open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { withFolder } from './make-folder.ts'

/*
 * Each of these wakes a thread, which costs more than most of what it does: a file is opened by its number, without the
 * object that Node puts around it.
 */
const openFile = promisify(fs.open)
const write = promisify(fs.write)
const datasync = promisify(fs.fdatasync)
const sync = promisify(fs.fsync)

/** Where files lie while they are written: in the folder that they go to, so on the same file system. */
export const incomingFolder = '.incoming'

/**
 * Writes a file that is whole or not there, whatever ends this process, and that a loss of power leaves whole. The names of
 * its folders are not synchronised: ext4, XFS and Btrfs commit them with the folder that is.
 *
 * @param path below `root`; what lay there is replaced
 */
export async function writeDurably(root: string, path: string, bytes: Uint8Array): Promise<void> {
  const incoming = join(root, incomingFolder)
  const temporary = join(incoming, randomUUID())
  try {
    await withFolder(incoming, () => writeNew(temporary, bytes))
    await withFolder(dirname(path), () => rename(temporary, path))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw error
  }
  await syncFolder(dirname(path))
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
    // There is nothing left to be written: it takes less time than to have a thread do it.
    closeSync(file)
  }
}

/** Writes a file of pieces that survives a loss of power, once this resolves; until then there may be a part of it. */
export async function writeSynced(path: string, pieces: Iterable<Uint8Array>): Promise<void> {
  await using file = await open(path, 'w')
  await writeFile(file, pieces)
  await file.sync()
}

/** Makes sure that what was written to a file survives a loss of power. */
export async function syncFile(path: string): Promise<void> {
  // Windows lets only those that may write synchronise.
  await using file = await open(path, 'r+')
  await file.sync()
}

/** The same for the names in a folder and in those above it, up to `root`. */
export async function syncFolders(root: string, path: string): Promise<void> {
  for (let folder = path; ; folder = dirname(folder)) {
    await syncFolder(folder)
    if (folder === root || folder === dirname(folder)) return
  }
}

async function syncFolder(path: string): Promise<void> {
  let folder: number | undefined
  try {
    // A file has just been put into it: it lies in memory.
    folder = openSync(path, 'r')
    await sync(folder)
  } catch (error) {
    // Windows cannot open folders; its file systems journal names by themselves.
    if (process.platform !== 'win32') throw error
  } finally {
    if (folder !== undefined) closeSync(folder)
  }
}
