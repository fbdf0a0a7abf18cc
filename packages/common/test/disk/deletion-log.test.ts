import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createDiskDeletionLog } from '@iaas/common/disk/deletion-log'
import { createDiskOriginalStore } from '@iaas/common/disk/original-store'
import { deletionPath } from '@iaas/common/disk/originals-layout'
import { parseImageId } from '@iaas/common/image'
import { describeDeletionLog } from '@iaas/testing/contracts/deletion-log'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'

describeDeletionLog('the log on disk', async () => {
  const folder = await createTemporaryFolder()
  const log = createDiskDeletionLog({ originalsDir: join(folder.path, 'not', 'there', 'yet') })
  return { log, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
})

describe('the log of deletions on disk', () => {
  it('is no original, and names the entry that cannot be read', async () => {
    await using folder = await createTemporaryFolder()
    const log = createDiskDeletionLog({ originalsDir: folder.path })
    const id = parseImageId('photo')
    await log.add({ id, versions: [], isFreed: false, deletedAt: new Date() })
    expect(await createDiskOriginalStore({ dir: folder.path }).isEmpty()).toBe(true)
    await writeFile(join(folder.path, deletionPath(id)), '{"id":')
    const reading = (async () => {
      for await (const _entry of log.list()) continue
    })()
    await expect(reading).rejects.toThrow(deletionPath(id))
  })
})
