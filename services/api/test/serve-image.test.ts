import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { objectKey, variantDigest } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { defaultOptions, parseImageId } from '@iaas/common/image'
import { countOptionWalks } from '@iaas/testing/count-option-walks'
import { type RigOptions, createRig, plainVariant } from './_rig.ts'

describe('a hit', () => {
  it('is one query, then none, and no render', async () => {
    await using rig = await createRig()
    await rig.store.record(plainVariant(rig.id), { address: 'https://cdn.example/x' }, 1)
    expect(await rig.serve()).toMatchObject({ kind: 'hit', address: 'https://cdn.example/x' })
    expect(await rig.serve()).toMatchObject({ kind: 'hit' })
    expect([rig.store.finds, rig.renderer.jobs.length]).toEqual([1, 0])
  })

  it('compares no option that its address does not name, however many others wait with it', async () => {
    await using rig = await createRig()
    const widths = Array.from({ length: 10 }, (_, index) => 101 + index)
    for (const width of widths) {
      const variant = { ...plainVariant(rig.id), width }
      await rig.store.record(variant, { address: 'https://cdn.example/x' }, 1)
    }
    const walks = await countOptionWalks(() =>
      Promise.all(widths.map((width) => rig.serve({ width }))),
    )
    expect(rig.renderer.jobs).toEqual([])
    expect(walks).toBe(0)
  })

  it('redirects to the address at which its object is now', async () => {
    await using rig = await createRig()
    const variant = plainVariant(rig.id)
    const key = objectKey(variant, 5)
    await rig.store.record(variant, { key }, 5)
    expect(await rig.serve()).toMatchObject({ kind: 'hit', address: `https://cdn.example/${key}` })
  })
})

describe('a hit while the variant store is away', () => {
  async function createStored(options: RigOptions = {}) {
    const rig = await createRig({ isStoreAway: () => true, ...options })
    const variant = plainVariant(rig.id)
    await rig.store.record(variant, { key: objectKey(variant, 5) }, 5)
    return rig
  }

  it('F31 is rendered, may be cached for a minute, and is not stored again', async () => {
    await using rig = await createStored()
    expect(await rig.serve()).toMatchObject({ kind: 'image', outcome: 'miss', maxAge: 60 })
    await rig.drain()
    expect(rig.persistence.renditions).toEqual([])
  })

  it('F31 is answered from the spool, if it lies there', async () => {
    const variant = plainVariant(parseImageId('photo'))
    const spooled = { bytes: Buffer.from('spooled'), renderedAt: 5 }
    const entries = new Map([[variantDigest(variant), spooled]])
    await using rig = await createStored({ entries })
    expect(await rig.serve()).toMatchObject({ outcome: 'spool', bytes: spooled.bytes, maxAge: 60 })
    expect(rig.renderer.jobs).toEqual([])
  })

  it('F31 is redirected if the render is refused or fails', async () => {
    const limits = { take: () => Promise.reject(new AppError('TOO_MANY_RENDERS', 'Too many.')) }
    await using rig = await createStored({ limits })
    expect(await rig.serve()).toMatchObject({ kind: 'hit' })
  })

  it('F31 is redirected if others already take what may be spared of the renderers', async () => {
    await using rig = await createStored()
    const [last, others] = [11, [12, 13, 14, 15]]
    for (const width of [last, ...others]) {
      const variant = { ...plainVariant(rig.id), width }
      await rig.store.record(variant, { key: objectKey(variant, 5) }, 5)
    }
    const open = rig.renderer.hold()
    const rendered = others.flatMap((width) => [rig.serve({ width }), rig.serve({ width })])
    while (rig.renderer.jobs.length < others.length) await setImmediate()
    expect(await rig.serve({ width: last })).toMatchObject({ kind: 'hit' })
    open()
    for (const reply of await Promise.all(rendered)) expect(reply.kind).toBe('image')
    expect(await rig.serve({ width: last })).toMatchObject({ kind: 'image' })
  })

  it('F31 is redirected if its original is gone, or its link leads to another store', async () => {
    await using rig = await createRig({ isStoreAway: () => true })
    await rig.store.record(plainVariant(rig.id), { address: 'https://elsewhere.example/x' }, 5)
    expect(await rig.serve()).toMatchObject({ kind: 'hit' })
    const id = parseImageId('nobody')
    const variant = plainVariant(id)
    await rig.store.record(variant, { key: objectKey(variant, 5) }, 5)
    expect(await rig.serve({ id })).toMatchObject({ kind: 'hit' })
  })

  it('F31 is 304 for a client that has it', async () => {
    await using rig = await createStored()
    const reply = await rig.serve({}, { isFresh: () => true })
    expect(reply).toMatchObject({ outcome: 'not-modified' })
  })
})

describe('without a render', () => {
  it('an id without an original is not found, also outside the bounds', async () => {
    await using rig = await createRig()
    const id = parseImageId('nobody')
    for (const width of [100, 9999]) {
      await expect(rig.serve({ id, width })).rejects.toMatchObject({ code: 'ORIGINAL_NOT_FOUND' })
    }
  })

  it('a box outside the bounds is redirected', async () => {
    await using rig = await createRig()
    expect(await rig.serve({ width: 4000, scale: 2 })).toEqual({
      kind: 'bounded',
      location: '/photo_2000_160.jpg',
    })
    expect([rig.store.finds, rig.renderer.jobs.length]).toEqual([0, 0])
  })

  it('a cover whose result would leave the bounds is redirected, for HEAD as well', async () => {
    await using rig = await createRig()
    const source = { width: 6000, height: 10 }
    rig.renderer.answer({ kind: 'out-of-bounds', source })
    const cover = { options: { ...defaultOptions, fit: 'cover' as const } }
    expect(await rig.serve(cover)).toMatchObject({ kind: 'bounded' })
    await rig.drain()
    expect(rig.persistence.renditions).toEqual([])
  })

  it('HEAD has the headers alone', async () => {
    await using rig = await createRig()
    const reply = await rig.serve({}, { headOnly: true })
    expect(reply).toMatchObject({ kind: 'image', outcome: 'head', bytes: undefined })
    expect(rig.renderer.jobs).toEqual([])
  })

  it('what the client has is not sent again', async () => {
    await using rig = await createRig()
    const reply = await rig.serve({}, { isFresh: () => true })
    expect(reply).toMatchObject({ outcome: 'not-modified', bytes: undefined })
    expect(rig.renderer.jobs).toEqual([])
  })
})
