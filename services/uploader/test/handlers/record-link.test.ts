import { objectKey, renditionDigest, variantDigest } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { createObjectKeys } from '@iaas/common/object-keys'
import { createFakeLinkStore } from '@iaas/testing/fakes/link-store'
import { createFakeSpool } from '@iaas/testing/fakes/spool'
import { createFakeVariantStore } from '@iaas/testing/fakes/variant-store'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { createRecordLink } from '../../src/handlers/record-link.ts'
import { bytesOf } from '../_fakes.ts'

const yes = { isFirst: true, preceding: async () => ({ result: null }) }
const no = { isFirst: true, preceding: async () => undefined }

function setUp() {
  const variant = makeVariant()
  const digest = variantDigest(variant)
  const links = createFakeLinkStore()
  const spool = createFakeSpool()
  const variants = createFakeVariantStore()
  const lags: number[] = []
  const fenced = { count: 0 }
  const keys = createObjectKeys(undefined)
  const recordLink = createRecordLink({
    keys,
    links,
    variants,
    spool,
    metrics: { linked: (lagMs) => lags.push(lagMs), fenced: () => (fenced.count += 1) },
    now: () => 7000,
  })
  return { variant, digest, links, spool, variants, lags, fenced, recordLink }
}

describe('record-link', () => {
  it('records where the object lies, then lets the spool go of the bytes', async () => {
    const { variant, digest, links, spool, recordLink } = setUp()
    await spool.put(digest, { bytes: bytesOf('spooled'), renderedAt: 5000 })
    await recordLink({ variant, renderedAt: 5000 }, yes)
    // It is that of its render: an earlier one's is no longer taken.
    await links.record(variant, { address: 'of an earlier render' }, 4999)
    expect(await links.find(variant)).toEqual({ key: objectKey(variant, 5000) })
    expect(await spool.get(digest)).toBeUndefined()
  })

  it('tells how long after its render the link was recorded', async () => {
    const { variant, lags, recordLink } = setUp()
    await recordLink({ variant, renderedAt: 5500 }, yes)
    expect(lags).toEqual([1500])
  })

  it('keeps the bytes where the link could not be recorded', async () => {
    const { variant, digest, links, spool, lags, recordLink } = setUp()
    await spool.put(digest, { bytes: bytesOf('spooled'), renderedAt: 5000 })
    links.failWith(new AppError('STORE_UNAVAILABLE', 'The database does not answer.'))
    const attempt = recordLink({ variant, renderedAt: 5000 }, yes)
    await expect(attempt).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(await spool.get(digest)).toBeDefined()
    links.failWith(undefined)
    await recordLink({ variant, renderedAt: 5000 }, yes)
    expect(links.size).toBe(1)
    expect(lags).toEqual([2000])
  })

  it('F11 records no link to an object that was not stored, whoever has made the job run', async () => {
    const { variant, links, recordLink } = setUp()
    const attempt = recordLink({ variant, renderedAt: 5000 }, no)
    await expect(attempt).rejects.toMatchObject({ name: 'UnrecoverableError' })
    expect(links.size).toBe(0)
  })

  it('records the link of an object that is there, though nothing is known of its job', async () => {
    const { variant, links, variants, recordLink } = setUp()
    await variants.put(objectKey(variant, 5000), bytesOf('stored'), 'image/jpeg')
    await recordLink({ variant, renderedAt: 5000 }, no)
    expect(links.size).toBe(1)
  })

  it('R69 lets the spool go of a rendition that is fenced out, and deletes its object', async () => {
    const { variant, links, spool, variants, fenced, recordLink } = setUp()
    const rendition = { variant, renderedAt: 5000, epoch: 3 }
    const key = objectKey(variant, 5000, 3)
    const digest = renditionDigest(rendition)
    links.record = async () => 'fenced'
    await spool.put(digest, { bytes: bytesOf('spooled'), renderedAt: 5000 })
    await variants.put(key, bytesOf('stored'), 'image/jpeg')
    expect(await recordLink(rendition, yes)).toBe('fenced')
    expect(await spool.get(digest)).toBeUndefined()
    expect(await variants.has(key)).toBe(false)
    expect(fenced.count).toBe(1)
  })

  it('R69 keeps the object of a rendition that an earlier attempt may have linked', async () => {
    const { variant, links, variants, recordLink } = setUp()
    links.record = async () => 'fenced'
    await variants.put(objectKey(variant, 5000), bytesOf('stored'), 'image/jpeg')
    await recordLink({ variant, renderedAt: 5000 }, { ...yes, isFirst: false })
    expect(await variants.has(objectKey(variant, 5000))).toBe(true)
  })
})
