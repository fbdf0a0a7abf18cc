import { objectKey } from '@iaas/common/digest'
import { createObjectKeys } from '@iaas/common/object-keys'
import { createFakeLinkStore } from '@iaas/testing/fakes/link-store'
import { createFakeSpool } from '@iaas/testing/fakes/spool'
import { createFakeVariantStore } from '@iaas/testing/fakes/variant-store'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { createPutObject } from '../../src/handlers/put-object.ts'
import { createRecordLink } from '../../src/handlers/record-link.ts'
import { bytesOf, createCountingRenderer, createOriginalsThat } from '../_fakes.ts'

const secret = 'a secret that all services share'

function setUp() {
  const keys = createObjectKeys(secret)
  const rendition = { variant: makeVariant(), renderedAt: 5000 }
  const [links, spool, variants] = [
    createFakeLinkStore(),
    createFakeSpool(),
    createFakeVariantStore(),
  ]
  const renderer = createCountingRenderer()
  const recordLink = createRecordLink({
    keys,
    links,
    variants,
    spool,
    metrics: { linked: () => {}, fenced: () => {} },
    now: () => 7000,
  })
  const putObject = createPutObject({
    keys,
    spool,
    variants,
    links,
    epochs: { of: async () => ({ epoch: 0, isGone: false }) },
    storeOutage: () => undefined,
    originals: createOriginalsThat(true),
    renderer,
  })
  const record = (result: unknown) =>
    recordLink(rendition, { isFirst: true, preceding: async () => ({ result }) })
  return {
    named: keys.of(rendition),
    plain: objectKey(rendition.variant, 5000),
    rendition,
    links,
    variants,
    renderer,
    recordLink,
    record,
    putObject,
    findLink: () => links.find(rendition.variant),
  }
}

describe('a rendition whose key names its variant', () => {
  it('is linked under the key that its object was stored under', async () => {
    const { rendition, variants, putObject, record, named, findLink } = setUp()
    const key = await putObject(rendition)
    expect(key).toBe(named)
    expect(await variants.has(named)).toBe(true)
    await record(key)
    expect(await findLink()).toEqual({ key: named })
  })

  it('is linked under the key without a code where an uploader of the previous build has stored it', async () => {
    const { record, plain, findLink } = setUp()
    await record(null)
    expect(await findLink()).toEqual({ key: plain })
  })

  it('is linked under the key without a code where an uploader without the secret has stored it', async () => {
    const { record, plain, findLink } = setUp()
    await record(plain)
    expect(await findLink()).toEqual({ key: plain })
  })

  it.each(['named', 'plain'] as const)(
    'is linked where nothing is known of its job, under the %s key that has an object',
    async (form) => {
      const { recordLink, variants, rendition, findLink, ...keys } = setUp()
      await variants.put(keys[form], bytesOf('stored'), 'image/jpeg')
      await recordLink(rendition, { isFirst: true, preceding: async () => undefined })
      expect(await findLink()).toEqual({ key: keys[form] })
    },
  )

  it.each(['named', 'plain'] as const)(
    'is not rendered again where the spool is lost and its object lies under the %s key',
    async (form) => {
      const { putObject, rendition, variants, renderer, ...keys } = setUp()
      await variants.put(keys[form], bytesOf('stored'), 'image/jpeg')
      expect(await putObject(rendition)).toBe(keys[form])
      expect(renderer.renders).toBe(0)
    },
  )
})

describe('R75 a key in the result of a job', () => {
  it.each(['of another rendition', '../secret', 7, { key: 'a' }])(
    'is not linked where it is %j, and the object is looked up',
    async (result) => {
      const { record, links, variants, named, findLink } = setUp()
      await expect(record(result)).rejects.toThrow('Its object was not stored.')
      expect(links.size).toBe(0)
      await variants.put(named, bytesOf('stored'), 'image/jpeg')
      await record(result)
      expect(await findLink()).toEqual({ key: named })
    },
  )

  it('is neither linked nor deleted where its code is of another secret', async () => {
    const { record, links, variants, rendition } = setUp()
    const forged = createObjectKeys('a guessed secret').of(rendition)
    await variants.put(forged, bytesOf('of somebody'), 'image/jpeg')
    links.record = async () => 'fenced'
    await expect(record(forged)).rejects.toThrow('Its object was not stored.')
    expect(await variants.has(forged)).toBe(true)
  })
})
