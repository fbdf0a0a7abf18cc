import { link, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createDiskOriginalStore } from '@iaas/common/disk/original-store'
import { gonePath, hashedPath, versionPrefix } from '@iaas/common/disk/originals-layout'
import { parseImageId } from '@iaas/common/image'
import { countDiskCalls } from '@iaas/testing/count-disk-calls'
import { describeOriginalStore } from '@iaas/testing/contracts/original-store'
import { createFakeOriginalStore } from '@iaas/testing/fakes/original-store'
import { mountSmallDisk, smallDiskMissing } from '@iaas/testing/small-disk'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'
import { describeUnless } from '@iaas/testing/describe-unless'

describeOriginalStore('the fake original store', async (keepVersions) => {
  const folder = await createTemporaryFolder()
  const dispose = () => folder[Symbol.asyncDispose]()
  return {
    originals: createFakeOriginalStore(folder.path, keepVersions),
    [Symbol.asyncDispose]: dispose,
  }
})

describeOriginalStore('the disk original store', async (keepVersions) => {
  const folder = await createTemporaryFolder()
  const originals = createDiskOriginalStore({
    dir: join(folder.path, 'not', 'there', 'yet'),
    keepVersions,
  })
  return { originals, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
})

describe('the disk original store', () => {
  it('finds files that lie flat in the folder, and does not let their ids be taken', async () => {
    await using folder = await createTemporaryFolder()
    const originals = createDiskOriginalStore({ dir: folder.path })
    const id = parseImageId('legacy picture')
    await writeFile(join(folder.path, id), 'flat')
    const found = await originals.find(id)
    if (found === undefined) throw new Error('It was not found.')
    await using leased = await originals.open(found)
    expect(leased.path).toBe(join(folder.path, id))
    await using file = await originals.createTemporary()
    await writeFile(file.path, 'new')
    await expect(originals.put(id, file)).rejects.toMatchObject({ code: 'ID_TAKEN' })
  })

  it('T69 replaces a flat file, of which nothing is left, and is found at every moment', async () => {
    await using folder = await createTemporaryFolder()
    const originals = createDiskOriginalStore({ dir: folder.path })
    const id = parseImageId('legacy picture')
    await writeFile(join(folder.path, id), 'flat')
    const flat = await originals.find(id)
    await using file = await originals.createTemporary()
    await writeFile(file.path, 'new!')
    const end = new AbortController()
    const looking = (async () => {
      const versions = new Set<string | undefined>()
      while (!end.signal.aborted) versions.add((await originals.find(id))?.version)
      return versions
    })()
    const replaced = await originals.put(id, file, { replace: true })
    end.abort()
    const seen = [...(await looking)]
    expect(seen.every((each) => [flat?.version, replaced.version].includes(each))).toBe(true)
    expect(await readdir(folder.path)).not.toContain(id)
    expect(await originals.find(id)).toEqual(replaced)
  })

  it('T76 keeps a flat file that is replaced, and a version that a killed process left twice once', async () => {
    await using folder = await createTemporaryFolder()
    const originals = createDiskOriginalStore({ dir: folder.path, keepVersions: 2 })
    const id = parseImageId('legacy picture')
    await writeFile(join(folder.path, id), 'flat')
    await using file = await originals.createTemporary()
    await writeFile(file.path, 'new')
    const replaced = await originals.put(id, file, { replace: true })
    const present = join(folder.path, hashedPath(id))
    await link(present, join(folder.path, `${versionPrefix(id)}7`))
    const [flat, ...others] = await originals.versions(id)
    expect([flat?.size, others]).toEqual([4, []])
    expect(await originals.restore(id, flat?.version ?? '')).toEqual(flat)
    expect(await readFile(present, 'utf8')).toBe('flat')
    expect(await originals.versions(id)).toEqual([replaced])
    await originals.delete(id)
    const folders = await readdir(folder.path, { recursive: true, withFileTypes: true })
    expect(folders.filter((entry) => entry.isFile())).toEqual([])
  })

  it('T70 does not bring an original back that is deleted just before its file is switched', async () => {
    await using folder = await createTemporaryFolder()
    const originals = createDiskOriginalStore({ dir: folder.path })
    const id = parseImageId('deleted')
    await using first = await originals.createTemporary()
    await writeFile(first.path, 'first')
    await originals.put(id, first)
    await using file = await originals.createTemporary()
    await writeFile(file.path, 'second')
    const prepare = async () => void (await originals.delete(id, { keepGone: true }))
    const gone = { code: 'ORIGINAL_GONE' }
    await expect(originals.put(id, file, { replace: true, prepare })).rejects.toMatchObject(gone)
    await expect(originals.find(id)).rejects.toMatchObject(gone)
  })

  it('stores next to flat files whose names are those of its own folders', async () => {
    await using folder = await createTemporaryFolder()
    const originals = createDiskOriginalStore({ dir: folder.path })
    for (let name = 0; name < 256; name += 1) {
      await writeFile(join(folder.path, name.toString(16).padStart(2, '0')), 'flat')
    }
    await using file = await originals.createTemporary()
    await writeFile(file.path, 'new')
    await originals.put(parseImageId('new'), file)
    expect(await originals.find(parseImageId('new'))).toMatchObject({ size: 3 })
  })

  it('finds an original with one disk call, and opens it with one more', async () => {
    await using folder = await createTemporaryFolder()
    const originals = createDiskOriginalStore({ dir: folder.path })
    const id = parseImageId('photo')
    await using file = await originals.createTemporary()
    await writeFile(file.path, 'a photo')
    const stored = await originals.put(id, file)
    expect(await countDiskCalls(() => originals.find(id))).toBe(1)
    const open = async () => {
      await using _leased = await originals.open(stored)
    }
    expect(await countDiskCalls(open)).toBe(1)
  })

  it('deletes a file that lies flat in the folder, and keeps its id taken', async () => {
    await using folder = await createTemporaryFolder()
    const originals = createDiskOriginalStore({ dir: folder.path })
    const id = parseImageId('legacy picture')
    await writeFile(join(folder.path, id), 'flat')
    expect(await originals.delete(id, { keepGone: true })).toBe(true)
    expect(await readdir(folder.path)).not.toContain(id)
    await expect(originals.find(id)).rejects.toMatchObject({ code: 'ORIGINAL_GONE' })
  })

  it('F50 finishes a deletion that was killed between its mark and the removal of the file', async () => {
    await using folder = await createTemporaryFolder()
    const originals = createDiskOriginalStore({ dir: folder.path })
    const id = parseImageId('photo')
    await using file = await originals.createTemporary()
    await writeFile(file.path, 'a photo')
    const stored = await originals.put(id, file)
    await writeFile(join(folder.path, gonePath(id)), '')
    expect(await originals.find(id)).toEqual(stored)
    expect(await originals.delete(id, { keepGone: true })).toBe(true)
    await expect(originals.find(id)).rejects.toMatchObject({ code: 'ORIGINAL_GONE' })
  })

  it('looks for a mark only where there is no file', async () => {
    await using folder = await createTemporaryFolder()
    const originals = createDiskOriginalStore({ dir: folder.path })
    expect(await countDiskCalls(() => originals.find(parseImageId('missing')))).toBe(4)
    await writeFile(join(folder.path, 'flat'), 'flat')
    expect(await countDiskCalls(() => originals.find(parseImageId('flat')))).toBe(2)
  })

  it('follows no symbolic link, and takes no folder for an original', async () => {
    await using folder = await createTemporaryFolder()
    const originals = createDiskOriginalStore({ dir: join(folder.path, 'originals') })
    await mkdir(join(folder.path, 'originals', 'folder'), { recursive: true })
    await writeFile(join(folder.path, 'secret'), 'secret')
    await symlink(join(folder.path, 'secret'), join(folder.path, 'originals', 'link'))
    expect(await originals.find(parseImageId('link'))).toBeUndefined()
    expect(await originals.find(parseImageId('folder'))).toBeUndefined()
  })
})

const missing = process.platform === 'linux' ? undefined : 'this is not Linux'

describeUnless(missing, 'the disk original store on Linux', () => {
  it('says that it is not available where nothing can be written', async () => {
    const originals = createDiskOriginalStore({ dir: '/sys/iaas' })
    const attempt = originals.createTemporary()
    await expect(attempt).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })
})

describeUnless(smallDiskMissing, 'the disk original store on a disk that turns read-only', () => {
  it('F21 leaves what cannot be removed to the sweep', async () => {
    await using disk = await mountSmallDisk(1)
    const originals = createDiskOriginalStore({ dir: disk.path })
    const file = await originals.createTemporary()
    await writeFile(file.path, 'half an upload')
    expect(disk.setReadOnly(true)).toBe(true)
    await file[Symbol.asyncDispose]()
    expect(disk.setReadOnly(false)).toBe(true)
    expect(await originals.sweepTemporary(0)).toBe(1)
  })

  it('F21 says that it is not available, also where an original would need a new folder', async () => {
    await using disk = await mountSmallDisk(1)
    const originals = createDiskOriginalStore({ dir: disk.path })
    const file = await originals.createTemporary()
    await writeFile(file.path, 'an upload')
    expect(disk.setReadOnly(true)).toBe(true)
    const refused = { code: 'STORE_UNAVAILABLE' }
    await expect(originals.put(parseImageId('photo'), file)).rejects.toMatchObject(refused)
  })
})
