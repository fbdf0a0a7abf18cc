import { link, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { originalPath } from '@iaas/common/digest'

/** Puts a file under many ids into the originals folder, as hard links: each is an original of its own. */
export async function plantOriginals(dir, path, ids) {
  for (const id of ids) {
    const place = join(dir, '_hashed', originalPath(id))
    await mkdir(dirname(place), { recursive: true })
    await link(path, place)
  }
}

/** Does the same for a server that knows images by the names of their files. */
export async function plantFiles(dir, path, names) {
  await mkdir(dir, { recursive: true })
  for (const name of names) await link(path, join(dir, name))
}
