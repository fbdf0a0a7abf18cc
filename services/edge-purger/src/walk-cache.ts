import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Files that are looked at between two rests, and the rest, ms: the disk belongs to nginx. */
const batch = 500
const restMs = 25

/** Calls back for every file below a folder, also for those that nginx is still writing. A folder may vanish meanwhile. */
export async function walkCache(
  folder: string,
  visit: (path: string) => Promise<void>,
): Promise<number> {
  let seen = 0
  async function enter(path: string): Promise<void> {
    const entries = await opendir(path).catch(() => undefined)
    if (entries === undefined) return
    for await (const entry of entries) {
      const inside = join(path, entry.name)
      if (entry.isDirectory()) await enter(inside)
      if (!entry.isFile()) continue
      await visit(inside)
      seen += 1
      if (seen % batch === 0) await delay(restMs)
    }
  }
  await enter(folder)
  return seen
}
