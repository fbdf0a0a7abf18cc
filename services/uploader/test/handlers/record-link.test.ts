import { objectKey, variantDigest } from '@iaas/common/digest'
import { createFakeSpool } from '@iaas/testing/fakes/spool'
import { createFakeVariantStore } from '@iaas/testing/fakes/variant-store'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { createRecordLink } from '../../src/handlers/record-link.ts'
import { bytesOf, createMemoryLinks } from '../_fakes.ts'

function setUp() {
  const variant = makeVariant()
  const digest = variantDigest(variant)
  const links = createMemoryLinks()
  const spool = createFakeSpool()
  const variants = createFakeVariantStore({ baseUrl: 'https://cdn.example' })
  const lags: number[] = []
  const recordLink = createRecordLink({
    links,
    variants,
    spool,
    metrics: { linked: (lagMs) => lags.push(lagMs) },
    now: () => 7000,
  })
  return { variant, digest, links, spool, lags, recordLink }
}

describe('record-link', () => {
  it('records where the object lies, then lets the spool go of the bytes', async () => {
    const { variant, digest, links, spool, recordLink } = setUp()
    await spool.put(digest, { bytes: bytesOf('spooled'), renderedAt: 5000 })
    await recordLink({ variant, renderedAt: 5000 })
    const url = `https://cdn.example/${objectKey(variant, 5000)}`
    expect(await links.find(variant)).toEqual({ url, renderedAt: 5000 })
    expect(await spool.get(digest)).toBeUndefined()
  })

  it('tells how long after its render the link was recorded', async () => {
    const { variant, lags, recordLink } = setUp()
    await recordLink({ variant, renderedAt: 5500 })
    expect(lags).toEqual([1500])
  })

  it('keeps the bytes where the link could not be recorded', async () => {
    const { variant, digest, links, spool, lags, recordLink } = setUp()
    await spool.put(digest, { bytes: bytesOf('spooled'), renderedAt: 5000 })
    links.failures = 1
    const attempt = recordLink({ variant, renderedAt: 5000 })
    await expect(attempt).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(await spool.get(digest)).toBeDefined()
    await recordLink({ variant, renderedAt: 5000 })
    expect(links.rows.size).toBe(1)
    expect(lags).toEqual([2000])
  })
})
