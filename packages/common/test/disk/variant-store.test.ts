import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createDiskVariantStore } from '@iaas/common/disk/variant-store'
import { objectKey } from '@iaas/common/digest'
import { countDiskCalls } from '@iaas/testing/count-disk-calls'
import { describeVariantStore } from '@iaas/testing/contracts/variant-store'
import { createFakeVariantStore } from '@iaas/testing/fakes/variant-store'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'

describeVariantStore('the fake variant store', async () => ({
  variants: createFakeVariantStore(),
  async [Symbol.asyncDispose]() {},
}))

describeVariantStore('the disk variant store', async () => {
  const folder = await createTemporaryFolder()
  const dir = join(folder.path, 'variants')
  const variants = createDiskVariantStore({ dir })
  return { variants, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
})

describe('the disk variant store', () => {
  it('leaves nothing but the object, and removes what a killed process has left', async () => {
    await using folder = await createTemporaryFolder()
    const incoming = join(folder.path, '.incoming')
    await mkdir(incoming)
    await writeFile(join(incoming, 'left'), 'half an image')
    await utimes(join(incoming, 'left'), 1, 1)
    const variants = createDiskVariantStore({ dir: folder.path })
    const key = objectKey(makeVariant(), 1)
    await variants.put(key, new Uint8Array(10), 'image/jpeg')
    expect(await readdir(incoming)).toEqual([])
    const files = await readdir(folder.path, { recursive: true, withFileTypes: true })
    expect(files.filter((entry) => entry.isFile())).toHaveLength(1)
  })

  it('lists a folder among files as S3 does, files of others, and no temporary ones', async () => {
    await using folder = await createTemporaryFolder()
    const keys = ['aa/b-1', 'aa/b/1', 'aa/b0', 'readme', 'é', '\u{ffee}', '\u{1f600}']
    for (const key of ['.incoming/half', ...keys]) {
      await mkdir(dirname(join(folder.path, key)), { recursive: true })
      await writeFile(join(folder.path, key), 'x')
    }
    const variants = createDiskVariantStore({ dir: folder.path })
    const list = async (prefix: string, after?: string) =>
      (await variants.list(prefix, { after })).objects.map(({ key }) => key)
    expect(await list('')).toEqual(keys)
    expect(await list('aa/b')).toEqual(keys.slice(0, 3))
    expect(await list('aa/b/')).toEqual(['aa/b/1'])
    expect(await list('', 'aa/b-1')).toEqual(keys.slice(1))
    expect(await list('', 'aa/b/1')).toEqual(keys.slice(2))
  })

  it('stores an object in a folder that is there by five calls of the disk, two of which synchronise', async () => {
    await using folder = await createTemporaryFolder()
    const variants = createDiskVariantStore({ dir: folder.path })
    const key = objectKey(makeVariant(), 1)
    const put = () => variants.put(key, new Uint8Array(10), 'image/jpeg')
    await put()
    // It expects a missing folder once more.
    await put()
    expect(await countDiskCalls(put)).toBe(5)
  })

  it('stores an object in a folder that is missing by six calls of the disk where the last one was missing, too', async () => {
    await using folder = await createTemporaryFolder()
    const variants = createDiskVariantStore({ dir: folder.path })
    const put = () => variants.put(objectKey(makeVariant(), 1), new Uint8Array(10), 'image/jpeg')
    await put()
    expect(await countDiskCalls(put)).toBe(6)
  })
})
