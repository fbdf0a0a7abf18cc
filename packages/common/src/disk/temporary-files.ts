import { randomUUID } from 'node:crypto'
import { readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TemporaryFile } from '../ports/original-store.ts'
import { ignoreMissing } from './disk-errors.ts'
import { makeFolder } from './make-folder.ts'

/** A path for a new file in `dir`; nothing is there yet. */
export async function createTemporaryFile(dir: string): Promise<TemporaryFile> {
  await makeFolder(dir)
  const path = join(dir, randomUUID())
  return {
    path,
    // What cannot be removed now, as from a disk that has turned read-only, is swept later: no work fails for it.
    [Symbol.asyncDispose]: () => rm(path, { force: true }).catch(() => {}),
  }
}

/** A file as it was found in a folder. */
export type FoundFile = {
  readonly name: string
  readonly size: number
  readonly modifiedMs: number
}

/** The files in `dir`, those of its folders left out; none where there is no such folder. */
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

/** The time as the file system has it, which dates the files: the clock of this process may be wrong by hours. */
async function timeOf(dir: string): Promise<number> {
  await using file = await createTemporaryFile(dir)
  try {
    await writeFile(file.path, '')
    return (await stat(file.path)).mtimeMs
  } catch {
    // A disk that is full is swept all the more.
    return Date.now()
  }
}
