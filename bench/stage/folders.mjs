import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** The repository. */
export const root = join(import.meta.dirname, '..', '..')
/** Folder of generated images, which are kept. It is on the disk of the originals, so that hard links are possible. */
export const cacheDir = join(root, 'bench', '.cache')

/** A folder for one run, gone afterwards. */
export async function createRunFolder() {
  await mkdir(cacheDir, { recursive: true })
  const path = await mkdtemp(join(cacheDir, 'run-'))
  return { path, stop: () => rm(path, { recursive: true, force: true }) }
}
