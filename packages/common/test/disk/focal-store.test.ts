import { readdir, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { createDiskFactsStore } from '@iaas/common/disk/facts-store'
import { createDiskFocalStore } from '@iaas/common/disk/focal-store'
import { createDiskOriginalStore } from '@iaas/common/disk/original-store'
import { parseImageId } from '@iaas/common/image'
import { describeFocalStore } from '@iaas/testing/contracts/focal-store'
import { makeFacts } from '@iaas/testing/facts'
import { createFakeFocalStore } from '@iaas/testing/fakes/focal-store'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'

const original = { id: parseImageId('photo'), version: '1.a', size: 10, modifiedAt: new Date(0) }
const point = { x: 0.3, y: 0.4 }

describeFocalStore('the fake focal store', async () => ({
  points: createFakeFocalStore(),
  async [Symbol.asyncDispose]() {},
}))

describeFocalStore('the disk focal store', async () => {
  const folder = await createTemporaryFolder()
  const points = createDiskFocalStore({ originalsDir: join(folder.path, 'not', 'there', 'yet') })
  return { points, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
})

describe('focal points on the disk', () => {
  it('T53 stay when the facts about their originals are dropped', async () => {
    await using folder = await createTemporaryFolder()
    const originalsDir = folder.path
    const points = createDiskFocalStore({ originalsDir })
    await points.set(original, point)
    await createDiskFactsStore({ originalsDir }).keep(original, makeFacts())
    await rm(join(originalsDir, '_facts'), { recursive: true })
    await createDiskFactsStore({ originalsDir, revision: 99 }).keep(original, makeFacts())
    expect(await createDiskFocalStore({ originalsDir }).find(original)).toEqual(point)
  })

  it('are no originals, and leave no files behind', async () => {
    await using folder = await createTemporaryFolder()
    const points = createDiskFocalStore({ originalsDir: folder.path })
    await points.set(original, point)
    expect(await createDiskOriginalStore({ dir: folder.path }).isEmpty()).toBe(true)
    await points.set(original, { x: 1, y: 1 })
    await points.set(original, undefined)
    const left = await readdir(folder.path, { recursive: true, withFileTypes: true })
    expect(left.filter((entry) => entry.isFile())).toEqual([])
  })

  it('count as missing if their file is damaged', async () => {
    await using folder = await createTemporaryFolder()
    const points = createDiskFocalStore({ originalsDir: folder.path })
    await points.set(original, point)
    const files = await readdir(folder.path, { recursive: true, withFileTypes: true })
    const file = files.find((entry) => entry.isFile())
    await truncate(join(file?.parentPath ?? '', file?.name ?? ''), 5)
    expect(await points.find(original)).toBeUndefined()
  })
})
