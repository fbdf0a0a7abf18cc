import { type ObjectKey, objectKey } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { createObjectKeys } from '@iaas/common/object-keys'
import { createFakeLinkStore } from '@iaas/testing/fakes/link-store'
import { createFakeVariantStore } from '@iaas/testing/fakes/variant-store'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { createStoreRendition } from '../src/store-rendition.ts'
import { createSilentLogger } from '@iaas/common/log'
import { bytesOf } from './_fakes.ts'

const rendition = { variant: makeVariant(), renderedAt: 5000 }

function setUp() {
  const told: string[] = []
  const objects = new Map<ObjectKey, Uint8Array>()
  const [variants, links] = [createFakeVariantStore({ objects }), createFakeLinkStore()]
  const storeRendition = createStoreRendition({
    keys: createObjectKeys(undefined),
    variants,
    links,
    metrics: {
      job: (queue, result) => void told.push(`${queue} ${result}`),
      linked: (lagMs) => void told.push(`linked after ${lagMs}`),
      fenced: () => void told.push('fenced'),
    },
    log: createSilentLogger(),
    now: () => 5600,
  })
  return { storeRendition, objects, variants, links, told }
}

describe('storing a rendition in the process', () => {
  it('puts its object, then records its link, and counts both as the jobs do', async () => {
    const { storeRendition, objects, links, told } = setUp()
    await storeRendition(rendition, bytesOf('rendered'))
    const key = objectKey(rendition.variant, 5000)
    expect(objects.get(key)).toEqual(bytesOf('rendered'))
    expect(await links.find(rendition.variant)).toEqual({ key })
    expect(told).toEqual(['uploads done', 'records done', 'linked after 600'])
  })

  it('records no link where the object was not stored', async () => {
    const { storeRendition, variants, links, told } = setUp()
    variants.put = () => Promise.reject(new AppError('STORE_UNAVAILABLE', 'S3 does not answer.'))
    await expect(storeRendition(rendition, bytesOf('x'))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    })
    expect(links.size).toBe(0)
    expect(told).toEqual([])
  })

  it('R69 deletes the object again if its link is fenced out, which is no failure', async () => {
    const { storeRendition, objects, links, told } = setUp()
    links.record = async () => 'fenced'
    await storeRendition({ ...rendition, epoch: 7 }, bytesOf('rendered'))
    expect(objects.size).toBe(0)
    expect(told).toEqual(['uploads done', 'records done', 'fenced'])
  })
})
