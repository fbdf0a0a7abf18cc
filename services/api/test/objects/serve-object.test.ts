import { text } from 'node:stream/consumers'
import { type ObjectKey, objectKey, renditionDigest } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { parseImageId } from '@iaas/common/image'
import { createObjectKeys } from '@iaas/common/object-keys'
import { describe, expect, it } from '@jest/globals'
import { type RigOptions, createRig, linksSecret, plainVariant } from '../_rig.ts'

const variant = plainVariant(parseImageId('photo'))
const { id } = variant
const renderedAt = 1_764_000_000_000
const key = createObjectKeys(linksSecret).of({ variant, renderedAt })
const olderKey = objectKey(variant, renderedAt)

/** @param linked the key that a link leads to; undefined: the image is known, and no link */
async function createScene(linked: ObjectKey | undefined, options: RigOptions = {}) {
  const rig = await createRig(options)
  rig.ledger.known.set(key, { id, variant: undefined })
  if (linked === undefined) return rig
  rig.ledger.known.set(linked, { id, variant })
  await rig.store.record(variant, { key: linked }, renderedAt)
  return rig
}

const away = { isStoreAway: () => true }

describe('F60 an object that the CDN could not get', () => {
  it.each([key, olderKey])('is read by this service if it can be: %s', async (linked) => {
    await using rig = await createScene(linked)
    await rig.variants.put(linked, Buffer.from('stored'), 'image/jpeg')
    const reply = await rig.serveObject(linked)
    expect(reply).toMatchObject({ kind: 'proxied', mime: 'image/jpeg' })
    if (reply.kind === 'proxied') expect(await text(reply.object.body)).toBe('stored')
    expect(rig.renderer.jobs).toEqual([])
  })

  it.each([key, olderKey])(
    'is rendered while the bucket is away, and not stored again: %s',
    async (linked) => {
      await using rig = await createScene(linked, away)
      rig.variants.open = () => Promise.reject(new Error('The bucket was asked.'))
      expect(await rig.serveObject(linked)).toMatchObject({ kind: 'image', outcome: 'miss' })
      await rig.drain()
      expect(rig.persistence.renditions).toEqual([])
    },
  )

  it('is rendered if the bucket fails before anybody knows', async () => {
    await using rig = await createScene(key)
    rig.variants.open = () => Promise.reject(new Error('S3 is gone'))
    expect(await rig.serveObject(key)).toMatchObject({ outcome: 'miss' })
  })

  it('is rendered and stored anew if it is missing in the bucket', async () => {
    await using rig = await createScene(key)
    expect(await rig.serveObject(key)).toMatchObject({ outcome: 'miss' })
    await rig.drain()
    expect(await rig.store.find(variant)).toBeUndefined()
    expect(rig.persistence.renditions).toHaveLength(1)
  })

  it('comes from the spool, if it lies there', async () => {
    const spooled = { bytes: Buffer.from('spooled'), renderedAt }
    const entries = new Map([[renditionDigest({ variant }), spooled]])
    await using rig = await createScene(key, { ...away, entries })
    expect(await rig.serveObject(key)).toMatchObject({ outcome: 'spool', bytes: spooled.bytes })
    expect(rig.renderer.jobs).toEqual([])
  })

  it('is answered with the present object of its variant, if another link has taken its place', async () => {
    await using rig = await createScene(undefined)
    const newer = createObjectKeys(linksSecret).of({ variant, renderedAt: renderedAt + 1 })
    await rig.store.record(variant, { key: newer }, renderedAt + 1)
    await rig.variants.put(newer, Buffer.from('newer'), 'image/jpeg')
    expect(await rig.serveObject(key)).toMatchObject({ kind: 'proxied', object: { size: 5 } })
  })

  it('is rendered from its key alone if no link is left', async () => {
    await using rig = await createScene(undefined)
    expect(await rig.serveObject(key)).toMatchObject({ outcome: 'miss' })
    expect(rig.renderer.jobs.map((job) => job.variant)).toEqual([variant])
  })

  it('is found without the database once its image was found', async () => {
    await using rig = await createScene(undefined, away)
    await rig.serveObject(key)
    rig.ledger.find = () => Promise.reject(new AppError('STORE_UNAVAILABLE', 'It is away.'))
    const other = createObjectKeys(linksSecret).of({
      variant: { ...variant, width: 7 },
      renderedAt,
    })
    expect(await rig.serveObject(other)).toMatchObject({ outcome: 'miss' })
    await expect(rig.serveObject(olderKey)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  it('costs nothing to ask about: HEAD and a revalidation render nothing', async () => {
    await using rig = await createScene(key, away)
    expect(await rig.serveObject(key, { headOnly: true })).toMatchObject({ outcome: 'head' })
    const fresh = await rig.serveObject(key, { isFresh: () => true })
    expect(fresh).toMatchObject({ outcome: 'not-modified' })
    expect(rig.renderer.jobs).toEqual([])
  })
})

describe('R81 the way round signatures, limits and deletes', () => {
  it.each([
    ['another size', key.replace('100x80', '2000x80')],
    ['another code', key.replace(/[\da-f]{16}(?=\.jpg$)/, '0'.repeat(16))],
    ['the code of another secret', createObjectKeys('guessed').of({ variant, renderedAt })],
    ['a hash that no link has', objectKey({ ...variant, width: 3 }, renderedAt)],
  ])(
    'is closed for a key with %s: it is looked up once, like others, and is 404',
    async (_, made) => {
      await using rig = await createScene(key, away)
      const forged = made as ObjectKey
      rig.ledger.known.set(forged, { id, variant: undefined })
      await expect(rig.serveObject(forged)).rejects.toMatchObject({ code: 'ORIGINAL_NOT_FOUND' })
      expect([rig.ledger.finds, rig.renderer.jobs.length]).toEqual([1, 0])
    },
  )

  it('is closed for another image than the one of the key', async () => {
    await using rig = await createScene(undefined, away)
    rig.ledger.known.set(key, { id: parseImageId('other'), variant: undefined })
    await expect(rig.serveObject(key)).rejects.toMatchObject({ code: 'ORIGINAL_NOT_FOUND' })
  })

  it('is closed while addresses are signed or restricted, except for what is stored', async () => {
    await using rig = await createScene(undefined, { ...away, isOnlyLinked: true })
    await expect(rig.serveObject(key)).rejects.toMatchObject({ code: 'ORIGINAL_NOT_FOUND' })
    expect(rig.renderer.jobs).toEqual([])
    rig.ledger.known.set(key, { id, variant })
    expect(await rig.serveObject(key)).toMatchObject({ outcome: 'miss' })
  })

  it('is closed for renders beyond the limits', async () => {
    const limits = { take: () => Promise.reject(new AppError('TOO_MANY_RENDERS', 'Too many.')) }
    await using rig = await createScene(key, { ...away, limits })
    await expect(rig.serveObject(key)).rejects.toMatchObject({ code: 'TOO_MANY_RENDERS' })
  })

  it('is closed for sizes beyond the bounds', async () => {
    await using rig = await createScene(key, away)
    rig.renderer.answer({ kind: 'out-of-bounds', source: { width: 9000, height: 9000 } })
    await expect(rig.serveObject(key)).rejects.toMatchObject({ code: 'ORIGINAL_NOT_FOUND' })
  })

  it.each([true, false])('is closed for a deleted image, signed: %s', async (isOnlyLinked) => {
    await using rig = await createScene(undefined, { ...away, isOnlyLinked })
    const gone = new AppError('ORIGINAL_GONE', 'The image was deleted.')
    rig.originals.find = () => Promise.reject(gone)
    await expect(rig.serveObject(key)).rejects.toBe(gone)
  })

  it('is closed for bytes of an earlier epoch: an answer that was overtaken by a raise is made again', async () => {
    const spooled = { bytes: Buffer.from('old'), renderedAt }
    const entries = new Map([[renditionDigest({ variant }), spooled]])
    await using rig = await createScene(key, { ...away, entries })
    const find = rig.originals.find.bind(rig.originals)
    let raises = 0
    rig.originals.find = async (which) => {
      if ((raises += 1) === 1) rig.epochs.act([{ id, epoch: 7, isGone: false }])
      return find(which)
    }
    expect(await rig.serveObject(key)).toMatchObject({ outcome: 'miss' })
    expect(raises).toBe(2)
  })
})
