import { type ObjectKey, renditionDigest } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { parseImageId } from '@iaas/common/image'
import { createObjectKeys } from '@iaas/common/object-keys'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import { createFakeSpool } from '@iaas/testing/fakes/spool'
import { createFakeVariantStore } from '@iaas/testing/fakes/variant-store'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { createRemoveObjects } from '../../src/purges/remove-objects.ts'

const renderedAt = 1_764_000_000_000
const image = parseImageId('photo')
const bytes = Buffer.from('x')

/** Stored objects of one image, all of them in the spool as well. */
async function createRig(secret: string | undefined, changes: Partial<VariantStore> = {}) {
  const renditions = Array.from({ length: 5 }, (_, width) => ({
    variant: makeVariant({ id: image, width: width + 1 }),
    renderedAt,
  }))
  const objects = new Map<ObjectKey, Uint8Array>()
  const stored = createFakeVariantStore({ objects })
  const spool = createFakeSpool()
  const keys = renditions.map((rendition) => createObjectKeys(secret).of(rendition))
  for (const key of keys) await stored.put(key, bytes, 'image/jpeg')
  for (const rendition of renditions) {
    await spool.put(renditionDigest(rendition), { bytes, renderedAt })
  }
  const calls = { list: 0, deleteMany: 0 }
  const variants: VariantStore = {
    ...stored,
    async list(...asked) {
      calls.list += 1
      return stored.list(...asked)
    },
    async deleteMany(asked) {
      calls.deleteMany += 1
      return stored.deleteMany(asked)
    },
    ...changes,
  }
  const removeObjects = createRemoveObjects({ variants, spool, maxAtOnce: 4 })
  const remove = () => removeObjects(keys.map((key) => ({ key, image })))
  return { objects, spool, keys, calls, remove }
}

describe('the removal of objects', () => {
  it.each([
    ['names', 'secret', 1],
    ['hashes', undefined, 5],
  ])(
    'whose keys are %s drops them from the spool, deletes them at once and lists each place once',
    async (_, secret, listings) => {
      const rig = await createRig(secret)
      expect(await rig.remove()).toEqual({ removed: rig.keys, spool: 5, failure: undefined })
      expect([rig.objects.size, (await rig.spool.usage()).items]).toEqual([0, 0])
      expect(rig.calls).toEqual({ deleteMany: 1, list: listings })
    },
  )

  it('F56 does not count what the store kept, although it said that it is deleted', async () => {
    const rig = await createRig('secret', { deleteMany: async () => new Map() })
    expect(await rig.remove()).toMatchObject({
      removed: [],
      failure: { message: 'An object is still there after its removal.' },
    })
  })

  it('counts what was deleted beside what was refused', async () => {
    const refused = new AppError('STORE_UNAVAILABLE', 'The variant store refused: AccessDenied.')
    const rig = await createRig('secret', {
      async deleteMany([first, ...others]) {
        for (const key of others) rig.objects.delete(key)
        return new Map(first === undefined ? [] : [[first, refused]])
      },
    })
    expect(await rig.remove()).toMatchObject({ removed: rig.keys.slice(1), failure: refused })
  })

  it('F56 counts nothing that could not be looked for', async () => {
    const failure = new AppError('STORE_UNAVAILABLE', 'The bucket is away.')
    const rig = await createRig('secret', { list: () => Promise.reject(failure) })
    expect(await rig.remove()).toMatchObject({ removed: [], failure })
  })
})
