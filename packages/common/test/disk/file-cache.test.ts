import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFileCache } from '@iaas/common/disk/file-cache'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'

const modifiedAt = new Date('2026-11-30T10:00:00.123Z')

async function openCache(maxBytes: number) {
  const folder = await createTemporaryFolder()
  const cache = createFileCache({ dir: folder.path, maxBytes })
  let fetches = 0
  return {
    cache,
    path: folder.path,
    fetches: () => fetches,
    /** Reads a file of 100 bytes through the cache. */
    async read(name: string): Promise<string> {
      await using file = await cache.open(name, modifiedAt, async (path) => {
        fetches += 1
        await writeFile(path, name.padEnd(100))
      })
      return (await readFile(file.path, 'utf8')).trimEnd()
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

describe('a cache of files', () => {
  it('R77 fetches a file once, however many ask, and once again after its folder was deleted', async () => {
    await using opened = await openCache(10_000)
    const reads = Array.from({ length: 20 }, () => opened.read('aa1'))
    expect(new Set(await Promise.all(reads))).toEqual(new Set(['aa1']))
    expect(opened.fetches()).toBe(1)
    await rm(opened.path, { recursive: true })
    expect(await opened.read('aa1')).toBe('aa1')
    expect(opened.fetches()).toBe(2)
  })

  it('R77 evicts the least recently used beyond its bound, and keeps a leased file readable', async () => {
    await using opened = await openCache(450)
    for (const name of ['aa1', 'bb2', 'cc3']) await opened.read(name)
    await using leased = await opened.cache.lease('aa1')
    await utimes(join(opened.path, 'aa', 'aa1'), 0, modifiedAt)
    for (const name of ['dd4', 'ee5', 'ff6']) await opened.read(name)
    const usage = await opened.cache.sweep()
    expect(usage).toEqual({ items: 4, bytes: 400 })
    expect(await opened.cache.lease('aa1')).toBeUndefined()
    expect(await readFile(leased?.path ?? '', 'utf8')).toContain('aa1')
  })

  it('serves a file that is larger than the cache', async () => {
    await using opened = await openCache(0)
    expect(await opened.read('aa1')).toBe('aa1')
    expect(await opened.read('bb2')).toBe('bb2')
  })

  it('keeps its files for the next process, with their times', async () => {
    await using opened = await openCache(10_000)
    await opened.read('aa1')
    const next = createFileCache({ dir: opened.path, maxBytes: 10_000 })
    await using file = await next.lease('aa1')
    expect((await stat(file?.path ?? '')).mtime).toEqual(modifiedAt)
    expect((await next.list('aa')).map(({ name }) => name)).toEqual(['aa1'])
    await next.remove('aa')
    expect(await next.lease('aa1')).toBeUndefined()
  })
})
