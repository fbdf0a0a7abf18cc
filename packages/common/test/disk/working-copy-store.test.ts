import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { createDiskWorkingCopyStore } from '@iaas/common/disk/working-copy-store'
import { until } from '@iaas/testing/until'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'

async function openStore(maxBytes = 1000) {
  const folder = await createTemporaryFolder()
  const store = createDiskWorkingCopyStore({ originalsDir: folder.path, maxBytes })
  return {
    store,
    folder: folder.path,
    /** Plants an original, and a copy of it of so many bytes. */
    async keep(name: string, bytes: number) {
      const path = join(folder.path, name)
      await writeFile(path, name)
      await using place = await store.reserve(path)
      await writeFile(place.path, Buffer.alloc(bytes))
      await place.keep(85)
      return path
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

describe('working copies on disk', () => {
  it('are found by their original, with its quality, by every process that shares the folder', async () => {
    await using opened = await openStore()
    const path = await opened.keep('photo', 10)
    const other = createDiskWorkingCopyStore({ originalsDir: opened.folder, maxBytes: 1000 })
    expect(await other.find(path)).toMatchObject({ quality: 85 })
    expect(await other.find(join(opened.folder, 'none'))).toBeUndefined()
  })

  it('are found soon after another process has made them', async () => {
    await using opened = await openStore()
    const options = { originalsDir: opened.folder, maxBytes: 1000, listingMs: 100 }
    const other = createDiskWorkingCopyStore(options)
    expect(await other.find(join(opened.folder, 'photo'))).toBeUndefined()
    const path = await opened.keep('photo', 10)
    await until(async () => (await other.find(path)) !== undefined)
  })

  it('T31 are not those of a release that showed other colours', async () => {
    await using opened = await openStore()
    const path = await opened.keep('photo', 10)
    const options = { originalsDir: opened.folder, maxBytes: 1000 }
    const later = createDiskWorkingCopyStore({ ...options, revision: 1_000_000 })
    expect(await later.find(path)).toBeUndefined()
    expect(await createDiskWorkingCopyStore(options).find(path)).toBeDefined()
  })

  it('are not those of an original that has changed since the place was reserved', async () => {
    await using opened = await openStore()
    const path = join(opened.folder, 'photo')
    await writeFile(path, 'one')
    await using place = await opened.store.reserve(path)
    await writeFile(place.path, 'copy of one')
    await writeFile(path, 'another')
    await place.keep(85)
    expect(await opened.store.find(path)).toBeUndefined()
  })

  it('leave nothing behind where nothing was kept', async () => {
    await using opened = await openStore()
    const path = join(opened.folder, 'photo')
    await writeFile(path, 'one')
    {
      await using place = await opened.store.reserve(path)
      await writeFile(place.path, 'half a copy')
    }
    expect(await readdir(join(opened.folder, '_copies', '.incoming'))).toEqual([])
    await expect(opened.store.reserve(join(opened.folder, 'none'))).rejects.toMatchObject({
      code: 'ORIGINAL_NOT_FOUND',
    })
  })

  it('are kept within their bound, the longest unused go first', async () => {
    await using opened = await openStore()
    const paths = [await opened.keep('one', 15), await opened.keep('two', 15)]
    const hours = (ago: number) => new Date(Date.now() - ago * 3_600_000)
    for (const [index, path] of paths.entries()) {
      const copy = await opened.store.find(path)
      await utimes(copy?.path ?? '', hours(5 - index), hours(5 - index))
    }
    // Being found counts as use.
    await opened.store.find(paths[0] ?? '')
    const last = await opened.keep('three', 980)
    const found = await Promise.all([...paths, last].map((path) => opened.store.find(path)))
    expect(found.map((copy) => copy !== undefined)).toEqual([true, false, true])
    expect(await opened.store.sweep()).toEqual({ items: 2, bytes: 995 })
  })

  it('are swept of what a killed process has left', async () => {
    await using opened = await openStore()
    const path = await opened.keep('photo', 10)
    const place = await opened.store.reserve(path)
    await writeFile(place.path, 'half a copy')
    await utimes(place.path, new Date(0), new Date(0))
    await opened.store.sweep()
    expect(await readdir(join(opened.folder, '_copies', '.incoming'))).toEqual([])
    expect(await opened.store.find(path)).toBeDefined()
  })
})
