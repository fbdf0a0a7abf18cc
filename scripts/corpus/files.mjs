// Lists the files of a folder.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

const largestBytes = 50 * 1024 * 1024

/** Returns the paths of all files below a folder that an upload may have, sorted. */
export async function listFiles(dir) {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size))
  return paths.filter((_, index) => sizes[index] <= largestBytes).toSorted()
}

/** Chooses at most `limit` items, evenly. */
export function choose(all, limit) {
  if (all.length <= limit) return all
  return Array.from({ length: limit }, (_, index) => all[Math.floor((index * all.length) / limit)])
}
