import { hash } from 'node:crypto'
import { access, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'

/** A folder with the caches of an edge. */
export async function createCache() {
  const folder = await createTemporaryFolder()

  /** Returns where nginx keeps an answer: two levels of folders, by the end of the MD5 of the key. */
  function pathOf(cache: string, key: string, suffix = ''): string {
    const name = hash('md5', key)
    return join(folder.path, cache, name.slice(-1), name.slice(-3, -1), `${name}${suffix}`)
  }

  return {
    path: folder.path,
    /** Writes a file as nginx does: a binary head, the key, and the answer. */
    async write(cache: string, key: string, suffix = ''): Promise<string> {
      const path = pathOf(cache, key, suffix)
      await mkdir(dirname(path), { recursive: true })
      const answer = 'HTTP/1.1 200 OK\r\n\r\nbytes\nKEY: GET/other_1_1.jpg\n'
      await writeFile(
        path,
        Buffer.concat([Buffer.alloc(336, 5), Buffer.from(`\nKEY: ${key}\n${answer}`)]),
      )
      return path
    },
    async has(path: string): Promise<boolean> {
      return access(path).then(
        () => true,
        () => false,
      )
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}
