import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { createFolderLedger } from '../../src/disk/folder-ledger.ts'

const hourMs = 3_600_000

describe('the ledger of a folder', () => {
  afterEach(() => void jest.restoreAllMocks())

  it('counts again in its time where the clock was set back', async () => {
    await using folder = await createTemporaryFolder()
    const ledger = createFolderLedger({
      dir: folder.path,
      maxBytes: 1000,
      maxItems: 10,
      maxAgeMs: hourMs,
    })
    expect(await ledger.usage()).toEqual({ items: 0, bytes: 0 })
    const { now } = Date
    jest.spyOn(Date, 'now').mockImplementation(() => now() - hourMs)
    const elapsed = performance.now.bind(performance)
    jest.spyOn(performance, 'now').mockImplementation(() => elapsed() + 60_000)
    await writeFile(join(folder.path, 'of another process'), 'four')
    expect(await ledger.usage()).toEqual({ items: 1, bytes: 4 })
  })
})
