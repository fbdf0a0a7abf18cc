import { appendFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createDiskFactsStore } from '@iaas/common/disk/facts-store'
import { createDiskOriginalStore } from '@iaas/common/disk/original-store'
import { originalPath } from '@iaas/common/digest'
import { parseImageId } from '@iaas/common/image'
import { makeFacts } from '@iaas/testing/facts'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'

const id = parseImageId('photo')
const original = { id, version: '1.a', size: 10, modifiedAt: new Date(0) }
const facts = makeFacts()

describe('facts on the disk', () => {
  it('are found again for the same version of the original and the same release only', async () => {
    await using folder = await createTemporaryFolder()
    const store = createDiskFactsStore({ originalsDir: folder.path })
    expect(await store.find(original)).toBeUndefined()
    await store.keep(original, facts)
    expect(await store.find(original)).toEqual(facts)
    expect(await store.find({ ...original, version: '2.b' })).toBeUndefined()
    const later = createDiskFactsStore({ originalsDir: folder.path, revision: 99 })
    expect(await later.find(original)).toBeUndefined()
    await later.keep(original, facts)
    expect(await later.find(original)).toEqual(facts)
    expect(await readdir(folder.path)).toEqual(['_facts'])
  })

  it('count as missing if their file is incomplete, or contains something else', async () => {
    await using folder = await createTemporaryFolder()
    const store = createDiskFactsStore({ originalsDir: folder.path })
    await store.keep(original, facts)
    const path = join(folder.path, '_facts', originalPath(id))
    await appendFile(path, '}')
    expect(await store.find(original)).toBeUndefined()
    for (const content of ['', 'null', '{"revision":1,"version":"1.a","facts":{}}']) {
      await writeFile(path, content)
      expect(await store.find(original)).toBeUndefined()
    }
  })

  it('are no originals', async () => {
    await using folder = await createTemporaryFolder()
    await createDiskFactsStore({ originalsDir: folder.path }).keep(original, facts)
    expect(await createDiskOriginalStore({ dir: folder.path }).isEmpty()).toBe(true)
  })
})
