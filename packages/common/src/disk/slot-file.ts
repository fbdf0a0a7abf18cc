import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { withFolder } from './make-folder.ts'

// Opens a raw file descriptor: Node closes unused FileHandle objects on garbage collection, with a warning.
const openFile = promisify(fs.open)
const writeFile = promisify(fs.write)

/** More than any rendition needs; the longest part, the id, has 255 characters. */
const slotBytes = 4096
const end = '\n'

/** Time that a text may stay after it was dropped, ms: the next text in its slot spares the write that clears it. */
const clearAfterMs = 1000

/** Short texts in one file that stays open. Putting a text is one write. */
export type SlotFile = {
  /**
   * Puts a text under a name; idempotent. @throws Error if the text is longer than a slot; errors of the file system
   */
  put(name: string, text: string): Promise<void>
  /** Drops a text; does nothing if there is none. Another text replaces it, or it is cleared within a second. */
  drop(name: string): void
  /** Clears all texts that were dropped. @throws errors of the file system */
  flush(): Promise<void>
}

/** Creates a slot file. The file itself is created with the first text and closed when the process ends. */
export function createSlotFile(path: string): SlotFile {
  const taken = new Map<string, number>()
  const free: number[] = []
  // Slots whose text was dropped and still lies in the file.
  const stale: number[] = []
  let clearing: NodeJS.Timeout | undefined
  let slots = 0
  let opened: Promise<number> | undefined

  function openOnce(): Promise<number> {
    opened ??= withFolder(dirname(path), () => openFile(path, 'w')).catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }

  async function write(slot: number, text: string): Promise<void> {
    const bytes = Buffer.from(`${text}${end}`)
    if (bytes.length > slotBytes) throw new Error('The text is longer than a slot.')
    const file = await openOnce()
    await writeFile(file, bytes, 0, bytes.length, slot * slotBytes)
  }

  function takeSlot(name: string): number {
    const slot = taken.get(name) ?? stale.pop() ?? free.pop() ?? slots
    if (slot === slots) slots += 1
    taken.set(name, slot)
    return slot
  }

  async function clear(slot: number): Promise<void> {
    try {
      await write(slot, '')
      free.push(slot)
    } catch (error) {
      stale.push(slot)
      throw error
    }
  }

  async function flush(): Promise<void> {
    clearTimeout(clearing)
    clearing = undefined
    for (let slot = stale.pop(); slot !== undefined; slot = stale.pop()) await clear(slot)
  }

  return {
    put: (name, text) => write(takeSlot(name), text),
    drop(name) {
      const slot = taken.get(name)
      if (slot === undefined) return
      taken.delete(name)
      stale.push(slot)
      clearing ??= setTimeout(() => void flush().catch(() => {}), clearAfterMs).unref()
    },
    flush,
  }
}

/** Returns the texts of a slot file. */
export function readSlots(file: Buffer): readonly string[] {
  const slots = Array.from({ length: Math.ceil(file.length / slotBytes) }, (_, index) =>
    file.subarray(index * slotBytes, (index + 1) * slotBytes).toString('utf8'),
  )
  return slots.map((slot) => slot.slice(0, Math.max(0, slot.indexOf(end)))).filter(Boolean)
}
