import { randomUUID } from 'node:crypto'
import { readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parsePayload, persistJobId, toPayload } from '../jobs/store-rendition.ts'
import type { RenditionJournal, WaitingRendition } from '../ports/persistence.ts'
import { ignoreMissing, translateDiskErrors } from './disk-errors.ts'
import { makeFolder } from './make-folder.ts'
import { type SlotFile, createSlotFile, readSlots } from './slot-file.ts'

const slotFileEnding = '.slots'

/**
 * A journal in a folder. Each process writes one file of slots; a rendition takes a slot that holds the payload of its
 * job. Nothing is synchronised to disk: a power loss may lose entries, and the next request renders those variants
 * again.
 *
 * The next start finds the entries of processes that have ended, including those of earlier releases, which wrote one
 * file per rendition. A folder must belong to one process at a time.
 */
export function createRenditionJournal(dir: string): RenditionJournal {
  const own = `${randomUUID()}${slotFileEnding}`
  const slots: SlotFile = createSlotFile(join(dir, own))
  const left = new Map<string, Set<string>>()

  async function list(): Promise<readonly WaitingRendition[]> {
    await makeFolder(dir)
    const others = (await readdir(dir)).filter((name) => name !== own)
    const found = await Promise.all(others.map(readLeft))
    return found.flat()
  }

  /** Reads a file of an ended process and removes it if it holds no entries. */
  async function readLeft(name: string): Promise<readonly WaitingRendition[]> {
    const path = join(dir, name)
    const file = (await ignoreMissing(readFile(path))) ?? Buffer.alloc(0)
    const texts = name.endsWith(slotFileEnding) ? readSlots(file) : [file.toString('utf8')]
    const renditions = texts.map(parse).filter((rendition) => rendition !== undefined)
    if (renditions.length === 0) await rm(path, { force: true })
    else left.set(path, new Set(renditions.map(persistJobId)))
    return renditions
  }

  async function removeLeft(id: string): Promise<void> {
    for (const [path, ids] of left) {
      if (!ids.delete(id) || ids.size > 0) continue
      left.delete(path)
      await rm(path, { force: true })
    }
  }

  async function remove(rendition: WaitingRendition): Promise<void> {
    const id = persistJobId(rendition)
    slots.drop(id)
    await removeLeft(id)
  }

  return {
    add: (rendition) =>
      translateDiskErrors(slots.put(persistJobId(rendition), JSON.stringify(toPayload(rendition)))),
    remove: (rendition) => translateDiskErrors(remove(rendition)),
    list: () => translateDiskErrors(list()),
    flush: () => translateDiskErrors(slots.flush()),
  }
}

/** Returns undefined for an entry damaged by a power loss. */
function parse(text: string): WaitingRendition | undefined {
  try {
    return parsePayload(JSON.parse(text))
  } catch {
    return undefined
  }
}
