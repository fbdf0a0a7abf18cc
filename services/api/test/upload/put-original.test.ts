import { writeFile } from 'node:fs/promises'
import { parseImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import { createFakeFocalStore } from '@iaas/testing/fakes/focal-store'
import { createFakeOriginalStore } from '@iaas/testing/fakes/original-store'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'
import { createPutOriginal } from '../../src/upload/put-original.ts'

const id = parseImageId('photo')
const focal = { x: 0.3, y: 0.4 }

async function setUp() {
  const folder = await createTemporaryFolder()
  const originals = createFakeOriginalStore(folder.path)
  const points = createFakeFocalStore()
  const set: OriginalRef[] = []
  const focalPoints = {
    async set(original: OriginalRef, point: typeof focal | undefined) {
      if (point !== undefined) set.push(original)
      // The point comes first: nobody can ask for a variant of the original yet.
      expect(await originals.find(id)).toBeUndefined()
      return points.set(original, point)
    },
  }
  const { put, remove } = createPutOriginal({ originals, focalPoints })
  const upload = async (point: typeof focal | undefined) => {
    const file = await originals.createTemporary()
    await writeFile(file.path, 'an image')
    return put({ id, file, focal: point })
  }
  const dispose = () => folder[Symbol.asyncDispose]()
  return { originals, points, set, upload, remove, [Symbol.asyncDispose]: dispose }
}

describe('an uploaded original', () => {
  it('T53 has its focal point before it can be found', async () => {
    await using rig = await setUp()
    const original = await rig.upload(focal)
    expect(await rig.points.find(original)).toEqual(focal)
  })

  it('loses the focal point with the original', async () => {
    await using rig = await setUp()
    const original = await rig.upload(focal)
    await rig.remove(original)
    expect(await rig.points.find(original)).toBeUndefined()
  })

  it('has no record of a focal point unless one is given', async () => {
    await using rig = await setUp()
    await rig.upload(undefined)
    expect(rig.set).toEqual([])
  })
})

describe('an upload of an id that is taken', () => {
  it('T53 leaves no focal point behind, and that of the original as it is', async () => {
    await using folder = await createTemporaryFolder()
    const originals = createFakeOriginalStore(folder.path)
    const points = createFakeFocalStore()
    const { put } = createPutOriginal({ originals, focalPoints: points })
    const upload = async (point: typeof focal) => {
      const file = await originals.createTemporary()
      await writeFile(file.path, 'an image')
      return put({ id, file, focal: point })
    }
    const first = await upload(focal)
    await expect(upload({ x: 0, y: 0 })).rejects.toMatchObject({ code: 'ID_TAKEN' })
    expect(await points.find(first)).toEqual(focal)
    expect(await points.find({ ...first, version: 'v2' })).toBeUndefined()
  })
})
