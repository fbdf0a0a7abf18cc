import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { withFolder } from './make-folder.ts'

// By its number: Node closes the objects that it puts around files when nobody uses them any more, and warns.
const openFile = promisify(fs.open)
const writeFile = promisify(fs.write)

/** More than any rendition takes: the id, the longest part, has 255 characters. */
const slotBytes = 4096
const end = '\n'

/** Short texts in one file that stays open: each is put and cleared by one write. */
export type SlotFile = {
  /** Puts a text under a name, once however often it is put. @throws Error for a text longer than a slot; errors of the file system */
  put(name: string, text: string): Promise<void>
  /** Does nothing where there is no such text. @throws errors of the file system */
  clear(name: string): Promise<void>
}

/** Makes the file with the first text. It is closed with the process. */
export function createSlotFile(path: string): SlotFile {
  const taken = new Map<string, number>()
  const free: number[] = []
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
    const slot = taken.get(name) ?? free.pop() ?? slots
    if (slot === slots) slots += 1
    taken.set(name, slot)
    return slot
  }

  return {
    put: (name, text) => write(takeSlot(name), text),
    async clear(name) {
      const slot = taken.get(name)
      if (slot === undefined) return
      await write(slot, '')
      taken.delete(name)
      free.push(slot)
    },
  }
}

/** The texts of such a file. */
export function readSlots(file: Buffer): readonly string[] {
  const slots = Array.from({ length: Math.ceil(file.length / slotBytes) }, (_, index) =>
    file.subarray(index * slotBytes, (index + 1) * slotBytes).toString('utf8'),
  )
  return slots.map((slot) => slot.slice(0, Math.max(0, slot.indexOf(end)))).filter(Boolean)
}
