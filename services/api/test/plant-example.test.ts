import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exampleFile, exampleId, plantExample } from '@iaas/api/plant-example'
import { createDiskOriginalStore } from '@iaas/common/disk/original-store'
import { createSilentLogger } from '@iaas/common/log'
import { describeUnless } from '@iaas/testing/describe-unless'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'

const ledger = { mark: async () => {} }

describe('the example', () => {
  const log = createSilentLogger()

  it('is stored byte for byte by one of many processes that start on an empty folder', async () => {
    await using folder = await createTemporaryFolder()
    const stores = Array.from({ length: 4 }, () => createDiskOriginalStore({ dir: folder.path }))
    await Promise.all(stores.map((originals) => plantExample(originals, ledger, log)))
    const originals = createDiskOriginalStore({ dir: folder.path })
    const found = await originals.find(exampleId)
    await using file = found && (await originals.open(found))
    expect(await readFile(file?.path ?? '')).toEqual(await readFile(exampleFile))
  })

  it('stays deleted', async () => {
    await using folder = await createTemporaryFolder()
    const originals = createDiskOriginalStore({ dir: folder.path })
    await plantExample(originals, ledger, log)
    await originals.delete(exampleId)
    await plantExample(originals, ledger, log)
    expect(await originals.find(exampleId)).toBeUndefined()
  })

  it('is not stored beside the originals of the legacy iaas', async () => {
    await using folder = await createTemporaryFolder()
    await writeFile(join(folder.path, 'cat'), 'an original')
    const originals = createDiskOriginalStore({ dir: folder.path })
    await plantExample(originals, ledger, log)
    expect(await originals.find(exampleId)).toBeUndefined()
  })
})

const missing = process.platform === 'linux' ? undefined : 'this is not Linux'

describeUnless(missing, 'the example on a disk that cannot be written', () => {
  it('is only warned of', async () => {
    const warnings: string[] = []
    const log = { ...createSilentLogger(), warn: (message: string) => void warnings.push(message) }
    await plantExample(createDiskOriginalStore({ dir: '/sys/iaas' }), ledger, log)
    expect(warnings).toEqual(['example not stored'])
  })
})
