import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { createDiskWorkingCopyStore } from '@iaas/common/disk/working-copy-store'
import { parseImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import { countDiskCalls } from '@iaas/testing/count-disk-calls'
import { until } from '@iaas/testing/until'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'

function makeOriginal(name: string, version = '5.kz'): OriginalRef {
  return { id: parseImageId(name), version, size: 5, modifiedAt: new Date(755) }
}

async function openStore(maxBytes = 1000) {
  const folder = await createTemporaryFolder()
  const store = createDiskWorkingCopyStore({ originalsDir: folder.path, maxBytes })
  return {
    store,
    folder: folder.path,
    /** Keeps a copy of so many bytes of an original. */
    async keep(name: string, bytes: number) {
      const original = makeOriginal(name)
      await using place = await store.reserve(original)
      await writeFile(place.path, Buffer.alloc(bytes))
      await place.keep(85)
      return original
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

describe('working copies on disk', () => {
  it('are found by their original, with its quality, by every process that shares the folder', async () => {
    await using opened = await openStore()
    const original = await opened.keep('photo', 10)
    const other = createDiskWorkingCopyStore({ originalsDir: opened.folder, maxBytes: 1000 })
    expect(await other.find(original)).toMatchObject({ quality: 85 })
    expect(await other.find(makeOriginal('none'))).toBeUndefined()
  })

  it('are found soon after another process has made them', async () => {
    await using opened = await openStore()
    const options = { originalsDir: opened.folder, maxBytes: 1000, listingMs: 100 }
    const other = createDiskWorkingCopyStore(options)
    expect(await other.find(makeOriginal('photo'))).toBeUndefined()
    const original = await opened.keep('photo', 10)
    await until(async () => (await other.find(original)) !== undefined)
  })

  it('T31 are not those of a release that showed other colours', async () => {
    await using opened = await openStore()
    const original = await opened.keep('photo', 10)
    const options = { originalsDir: opened.folder, maxBytes: 1000 }
    const later = createDiskWorkingCopyStore({ ...options, revision: 1_000_000 })
    expect(await later.find(original)).toBeUndefined()
    expect(await createDiskWorkingCopyStore(options).find(original)).toBeDefined()
  })

  it('are not those of another version of their original', async () => {
    await using opened = await openStore()
    await opened.keep('photo', 10)
    expect(await opened.store.find(makeOriginal('photo', '5.kz1'))).toBeUndefined()
    expect(await opened.store.find(makeOriginal('photo', '5.k'))).toBeUndefined()
    expect(await opened.store.find(makeOriginal('photo'))).toBeDefined()
  })

  it('are found under the names that other processes of this release give them', async () => {
    await using opened = await openStore()
    const folder = join(opened.folder, '_copies', 'cd')
    await mkdir(folder, { recursive: true })
    // Digest of the id "photo", revision, version of an original of 5 bytes from 755 ms after the epoch, quality.
    const name = 'cd7f78cc5595fdfa27c71d099ddaa3c9e5b911963b93cb3430de50961987d234-3.5.kz-85'
    await writeFile(join(folder, name), 'a copy')
    expect(await opened.store.find(makeOriginal('photo'))).toEqual({
      path: join(folder, name),
      quality: 85,
    })
  })

  it('cost an answer one disk call where there is one, and none where there is none', async () => {
    await using opened = await openStore()
    const original = await opened.keep('photo', 10)
    const other = makeOriginal('photo', '6.kz')
    await opened.store.find(original)
    expect(await countDiskCalls(() => opened.store.find(original))).toBe(1)
    expect(await countDiskCalls(() => opened.store.find(other))).toBe(0)
  })

  it('leave nothing behind where nothing was kept', async () => {
    await using opened = await openStore()
    {
      await using place = await opened.store.reserve(makeOriginal('photo'))
      await writeFile(place.path, 'half a copy')
    }
    expect(await readdir(join(opened.folder, '_copies', '.incoming'))).toEqual([])
  })

  it('are kept within their bound, the longest unused go first', async () => {
    await using opened = await openStore()
    const kept = [await opened.keep('one', 15), await opened.keep('two', 15)]
    const hours = (ago: number) => new Date(Date.now() - ago * 3_600_000)
    for (const [index, original] of kept.entries()) {
      const copy = await opened.store.find(original)
      await utimes(copy?.path ?? '', hours(5 - index), hours(5 - index))
    }
    // Being found counts as use.
    await opened.store.find(makeOriginal('one'))
    const last = await opened.keep('three', 980)
    const found = await Promise.all([...kept, last].map((each) => opened.store.find(each)))
    expect(found.map((copy) => copy !== undefined)).toEqual([true, false, true])
    expect(await opened.store.sweep()).toEqual({ items: 2, bytes: 995 })
  })

  it('are swept of what a killed process has left', async () => {
    await using opened = await openStore()
    const original = await opened.keep('photo', 10)
    const place = await opened.store.reserve(original)
    await writeFile(place.path, 'half a copy')
    await utimes(place.path, new Date(0), new Date(0))
    await opened.store.sweep()
    expect(await readdir(join(opened.folder, '_copies', '.incoming'))).toEqual([])
    expect(await opened.store.find(original)).toBeDefined()
  })
})
