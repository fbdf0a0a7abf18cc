import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The files below a folder, paths relative to it; none where it is not there. Facts about originals are left out: they are
 * written at any time after an upload.
 */
export async function listFiles(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('/_facts/'))
}
