import { text } from 'node:stream/consumers'
import { objectKey } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { defaultOptions } from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import { createRig, plainVariant } from '../_rig.ts'

const proxied = { ...defaultOptions, proxy: true }

describe('a proxied hit', () => {
  it('has the stored bytes', async () => {
    await using rig = await createRig()
    const key = objectKey(plainVariant(rig.id), 5)
    await rig.variants.put(key, Buffer.from('stored'), 'image/jpeg')
    await rig.store.record(plainVariant(rig.id), { key }, 5)
    const reply = await rig.serve({ options: proxied })
    expect(reply).toMatchObject({ kind: 'proxied', object: { size: 6 } })
    if (reply.kind === 'proxied') expect(await text(reply.object.body)).toBe('stored')
  })

  it('whose object cannot be read now is rendered, and not stored again', async () => {
    await using rig = await createRig()
    const key = objectKey(plainVariant(rig.id), 5)
    await rig.store.record(plainVariant(rig.id), { key }, 5)
    rig.variants.open = () => Promise.reject(new Error('S3 is gone'))
    expect(await rig.serve({ options: proxied })).toMatchObject({ outcome: 'miss' })
    await rig.drain()
    expect(rig.persistence.renditions).toEqual([])
  })

  it('whose object is gone is rendered, and stored again', async () => {
    await using rig = await createRig()
    const key = objectKey(plainVariant(rig.id), 5)
    await rig.store.record(plainVariant(rig.id), { key }, 5)
    expect(await rig.serve({ options: proxied })).toMatchObject({ outcome: 'miss' })
    await rig.drain()
    expect(rig.persistence.renditions).toHaveLength(1)
    // One lookup for the hit, and one before the render.
    expect(rig.store.finds).toBe(2)
  })

  it('whose object is gone is rendered, and not redirected to, though its link cannot be removed', async () => {
    await using rig = await createRig()
    const key = objectKey(plainVariant(rig.id), 5)
    await rig.store.record(plainVariant(rig.id), { key }, 5)
    rig.store.remove = () => Promise.reject(new AppError('STORE_UNAVAILABLE', 'It is read-only.'))
    expect(await rig.serve({ options: proxied })).toMatchObject({ outcome: 'miss' })
    await rig.drain()
    expect(rig.persistence.renditions).toEqual([])
  })
})
