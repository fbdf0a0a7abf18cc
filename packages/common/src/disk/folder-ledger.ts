import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { listFiles } from './temporary-files.ts'

export type FolderLedgerOptions = {
  readonly dir: string
  readonly maxBytes: number
  readonly maxItems: number
  /** Age after which files are removed, ms. */
  readonly maxAgeMs: number
}

/** Bounds the files of a folder. */
export type FolderLedger = {
  /** Reserves room for a file before it is written. Returns false if there is none. */
  reserve(name: string, bytes: number): Promise<boolean>
  /** Notes that the file of a reservation is in place. */
  settle(name: string): void
  /** Notes that the file is gone or could not be written. */
  release(name: string): void
  usage(): Promise<{ readonly items: number; readonly bytes: number }>
}

/** TTL of a count of the folder, ms. Other processes add and remove files as well. */
const recountAfterMs = 30_000
/** TTL of a count while the folder is full, ms. */
const recountFullAfterMs = 1000
/** TTL of a count for a usage query, ms. */
const recountForUsageMs = 5000

/**
 * Counts the folder at first use and again when the count expires. In between, follows the changes of this process.
 * Exact for one process; several processes exceed the bounds at most by what they add between two counts.
 */
export function createFolderLedger(options: FolderLedgerOptions): FolderLedger {
  const { dir, maxBytes, maxItems, maxAgeMs } = options
  const reserved = new Set<string>()
  let current = new Map<string, number>()
  let total = 0
  let countedAt = Number.NEGATIVE_INFINITY
  let counting: Promise<void> | undefined

  function set(name: string, bytes: number): void {
    total += bytes - (current.get(name) ?? 0)
    current.set(name, bytes)
  }

  function release(name: string): void {
    reserved.delete(name)
    total -= current.get(name) ?? 0
    current.delete(name)
  }

  async function count(): Promise<void> {
    const found = new Map<string, number>()
    for await (const { name, size, modifiedMs } of listFiles(dir)) {
      if (Date.now() - modifiedMs < maxAgeMs) found.set(name, size)
      else await rm(join(dir, name), { force: true })
    }
    for (const name of reserved) found.set(name, current.get(name) ?? 0)
    current = found
    total = [...found.values()].reduce((sum, size) => sum + size, 0)
    countedAt = performance.now()
  }

  function recount(): Promise<void> {
    counting ??= count().finally(() => (counting = undefined))
    return counting
  }

  function hasRoom(name: string, bytes: number): boolean {
    const items = current.has(name) ? current.size : current.size + 1
    return items <= maxItems && total - (current.get(name) ?? 0) + bytes <= maxBytes
  }

  return {
    async reserve(name, bytes) {
      const age = performance.now() - countedAt
      if (age === Number.POSITIVE_INFINITY) await recount()
      else if (age > recountAfterMs) recount().catch(() => {})
      if (!hasRoom(name, bytes) && age > recountFullAfterMs) await recount()
      if (!hasRoom(name, bytes)) return false
      set(name, bytes)
      reserved.add(name)
      return true
    },
    settle: (name) => void reserved.delete(name),
    release,
    async usage() {
      if (performance.now() - countedAt > recountForUsageMs) await recount()
      return { items: current.size, bytes: total }
    },
  }
}
