import { readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parsePayload, persistJobId, toPayload } from '../jobs.ts'
import type { RenditionJournal, WaitingRendition } from '../ports/persistence.ts'
import { ignoreMissing, translateDiskErrors } from './disk-errors.ts'
import { makeFolder, withFolder } from './make-folder.ts'

/**
 * A journal in a folder: a small file for each rendition, with what a job would carry. Nothing is synchronised to the disk:
 * a loss of power may lose entries, and the next request renders those variants again.
 */
export function createRenditionJournal(dir: string): RenditionJournal {
  const pathOf = (rendition: WaitingRendition) => join(dir, persistJobId(rendition))

  async function add(rendition: WaitingRendition): Promise<void> {
    const text = JSON.stringify(toPayload(rendition))
    await withFolder(dir, () => writeFile(pathOf(rendition), text))
  }

  async function list(): Promise<readonly WaitingRendition[]> {
    await makeFolder(dir)
    const found = await Promise.all((await readdir(dir)).map((name) => read(join(dir, name))))
    return found.filter((rendition) => rendition !== undefined)
  }

  return {
    add: (rendition) => translateDiskErrors(add(rendition)),
    remove: (rendition) => translateDiskErrors(rm(pathOf(rendition), { force: true })),
    list: () => translateDiskErrors(list()),
  }
}

async function read(path: string): Promise<WaitingRendition | undefined> {
  const text = await ignoreMissing(readFile(path, 'utf8'))
  if (text === undefined) return undefined
  try {
    return parsePayload(JSON.parse(text))
  } catch {
    await rm(path, { force: true })
    return undefined
  }
}
