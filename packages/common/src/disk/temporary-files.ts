import { randomUUID } from 'node:crypto'
import { readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TemporaryFile } from '../ports/original-store.ts'
import { ignoreMissing } from './disk-errors.ts'
import { makeFolder } from './make-folder.ts'

/** Reserves a path for a new file in `dir`, without creating the file. */
export async function createTemporaryFile(dir: string): Promise<TemporaryFile> {
  await makeFolder(dir)
  const path = join(dir, randomUUID())
  return {
    path,
    // A file that cannot be removed now, such as on a read-only disk, is swept later; that fails no work.
    [Symbol.asyncDispose]: () => rm(path, { force: true }).catch(() => {}),
  }
}

/** A file found in a folder. */
export type FoundFile = {
  readonly name: string
  readonly size: number
  readonly modifiedMs: number
}

/** Lists the files in `dir`, without its subfolders. Yields nothing if the folder is missing. */
export async function* listFiles(dir: string): AsyncGenerator<FoundFile> {
  for (const name of (await ignoreMissing(readdir(dir))) ?? []) {
    const facts = await ignoreMissing(stat(join(dir, name)))
    if (facts?.isFile()) yield { name, size: facts.size, modifiedMs: facts.mtimeMs }
  }
}

/** Removes the files in `dir` that were last written longer ago than this. Resolves to their number. */
export async function sweepFolder(dir: string, olderThanMs: number): Promise<number> {
  let removed = 0
  let now: number | undefined
  for await (const { name, modifiedMs } of listFiles(dir)) {
    now ??= await timeOf(dir)
    if (now - modifiedMs < olderThanMs) continue
    await rm(join(dir, name), { force: true })
    removed += 1
  }
  return removed
}

/**
 * Returns the current time of the file system, which dates the files. The clock of this process may be wrong by hours.
 */
async function timeOf(dir: string): Promise<number> {
  await using file = await createTemporaryFile(dir)
  try {
    await writeFile(file.path, '')
    return (await stat(file.path)).mtimeMs
  } catch {
    // On a full disk the clock of this process must do, because sweeping frees space.
    return Date.now()
  }
}
