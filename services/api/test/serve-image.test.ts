import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { objectKey, variantDigest } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { defaultOptions, parseImageId } from '@iaas/common/image'
import { until } from '@iaas/testing/until'
import { type RigOptions, createRig, plainVariant } from './_rig.ts'

const proxied = { ...defaultOptions, proxy: true }

describe('a hit', () => {
  it('is one query, then none, and no render', async () => {
    await using rig = await createRig()
    await rig.store.record(plainVariant(rig.id), { address: 'https://cdn.example/x' }, 1)
    expect(await rig.serve()).toMatchObject({ kind: 'hit', address: 'https://cdn.example/x' })
    expect(await rig.serve()).toMatchObject({ kind: 'hit' })
    expect([rig.store.finds, rig.renderer.jobs.length]).toEqual([1, 0])
  })

  it('redirects to the address at which its object is now', async () => {
    await using rig = await createRig()
    const variant = plainVariant(rig.id)
    const key = objectKey(variant, 5)
    await rig.store.record(variant, { key }, 5)
    expect(await rig.serve()).toMatchObject({ kind: 'hit', address: `https://cdn.example/${key}` })
  })

  it('that is proxied has the stored bytes', async () => {
    await using rig = await createRig()
    const key = objectKey(plainVariant(rig.id), 5)
    await rig.variants.put(key, Buffer.from('stored'), 'image/jpeg')
    await rig.store.record(plainVariant(rig.id), { key }, 5)
    const reply = await rig.serve({ options: proxied })
    expect(reply).toMatchObject({ kind: 'proxied', object: { size: 6 } })
    if (reply.kind === 'proxied') expect(await text(reply.object.body)).toBe('stored')
  })

  it('whose object cannot be read now is rendered when proxied, and not stored again', async () => {
    await using rig = await createRig()
    const key = objectKey(plainVariant(rig.id), 5)
    await rig.store.record(plainVariant(rig.id), { key }, 5)
    rig.variants.open = () => Promise.reject(new Error('S3 is gone'))
    expect(await rig.serve({ options: proxied })).toMatchObject({ outcome: 'miss' })
    await rig.drain()
    expect(rig.persistence.renditions).toEqual([])
  })

  it('whose object is gone is rendered when proxied, and stored again', async () => {
    await using rig = await createRig()
    const key = objectKey(plainVariant(rig.id), 5)
    await rig.store.record(plainVariant(rig.id), { key }, 5)
    expect(await rig.serve({ options: proxied })).toMatchObject({ outcome: 'miss' })
    await rig.drain()
    expect(rig.persistence.renditions).toHaveLength(1)
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

describe('a miss', () => {
  it('is rendered, answered, then spooled and queued once', async () => {
    await using rig = await createRig()
    const reply = await rig.serve()
    expect(reply).toMatchObject({ kind: 'image', outcome: 'miss', mime: 'image/jpeg' })
    await rig.drain()
    const variant = plainVariant(rig.id)
    expect(rig.persistence.renditions).toEqual([{ variant, renderedAt: rig.time.now }])
    expect([...rig.entries.keys()]).toEqual([variantDigest(variant)])
  })

  it('that another client may not cause is rendered for one who may', async () => {
    const clients = ['greedy', 'greedier', 'modest', 'greedy']
    let asking = 0
    const limits = {
      async take(client: string) {
        // All of them have come by then, and wait for the first.
        while (asking < clients.length) await setImmediate()
        if (client.startsWith('greed')) throw new AppError('TOO_MANY_RENDERS', 'Too many.')
      },
    }
    await using rig = await createRig({ limits })
    const clientOf = (client: string) => () => {
      asking += 1
      return client
    }
    const asked: Promise<unknown>[] = []
    for (const client of clients) {
      asked.push(rig.serve({}, { client: clientOf(client) }))
      // One after the other: lookups on disk may end in another order.
      await until(() => asking === asked.length)
    }
    const answers = await Promise.allSettled(asked)
    const isRefused = { status: 'rejected', reason: { code: 'TOO_MANY_RENDERS' } }
    for (const answer of [answers[0], answers[1], answers[3]])
      expect(answer).toMatchObject(isRefused)
    expect(answers[2]).toMatchObject({ status: 'fulfilled', value: { kind: 'image' } })
    expect(rig.renderer.jobs).toHaveLength(1)
  })

  it('asked for by many at once is one render', async () => {
    await using rig = await createRig()
    const open = rig.renderer.hold()
    const replies = Array.from({ length: 50 }, () => rig.serve())
    while (rig.renderer.jobs.length === 0) await setImmediate()
    open()
    const outcomes = (await Promise.all(replies)).map(
      (reply) => reply.kind === 'image' && reply.outcome,
    )
    expect(rig.renderer.jobs).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'miss')).toHaveLength(1)
    // Who comes after the render is answered from the spool.
    const others = outcomes.filter((outcome) => outcome === 'coalesced' || outcome === 'spool')
    expect(others).toHaveLength(49)
  })

  it('is answered from the spool until its link is recorded', async () => {
    await using rig = await createRig()
    await rig.serve()
    await rig.drain()
    await setImmediate()
    expect(await rig.serve()).toMatchObject({ outcome: 'spool', bytes: Buffer.from('rendition') })
    expect([rig.renderer.jobs.length, rig.persistence.renditions.length]).toEqual([1, 1])
  })

  it('that was stored between the lookup and the render is a hit', async () => {
    await using rig = await createRig()
    rig.spool.size = async () => {
      await rig.store.record(plainVariant(rig.id), { address: 'https://cdn.example/new' }, 1)
      return undefined
    }
    expect(await rig.serve()).toMatchObject({ kind: 'hit', address: 'https://cdn.example/new' })
    expect(rig.renderer.jobs).toEqual([])
  })

  it('is answered though spool, queue and links are gone', async () => {
    await using rig = await createRig()
    const gone = () => Promise.reject(new Error('gone'))
    rig.store.find = gone
    rig.spool.size = gone
    rig.spool.put = gone
    expect(await rig.serve()).toMatchObject({ kind: 'image', outcome: 'miss' })
    await rig.drain()
  })

  it('that the queue did not take is queued with the next request', async () => {
    await using rig = await createRig()
    rig.persistence.failWith(new Error('the queue is gone'))
    await rig.serve()
    await rig.drain()
    await setImmediate()
    rig.persistence.failWith(undefined)
    expect(await rig.serve()).toMatchObject({ outcome: 'spool' })
    await rig.drain()
    expect(rig.persistence.renditions).toHaveLength(1)
  })

  it('that the queue did not take is queued later, without another request', async () => {
    await using rig = await createRig()
    rig.persistence.failWith(new Error('the queue is gone'))
    await rig.serve()
    await rig.serve({ width: 55 })
    await rig.drain()
    await rig.retry()
    expect(rig.persistence.renditions).toHaveLength(0)
    rig.persistence.failWith(undefined)
    await rig.retry()
    await rig.retry()
    expect(rig.persistence.renditions).toHaveLength(2)
  })

  it('F18 that finds the queue full is queued by a later request, and not before', async () => {
    await using rig = await createRig()
    rig.persistence.failWith(new AppError('SPOOL_FULL', 'Too many jobs wait.'))
    await rig.serve()
    await rig.drain()
    rig.persistence.failWith(undefined)
    await rig.retry()
    expect(rig.persistence.renditions).toHaveLength(0)
    rig.time.now += 60_001
    await rig.serve()
    await rig.drain()
    expect(rig.persistence.renditions).toHaveLength(1)
  })

  it('that could not be spooled is queued without its bytes', async () => {
    await using rig = await createRig()
    rig.spool.put = () => Promise.reject(new AppError('STORE_UNAVAILABLE', 'Redis is gone.'))
    await rig.serve()
    await rig.drain()
    expect(rig.persistence.renditions).toHaveLength(1)
  })

  it.each([
    ['F8 that has waited in the spool for over a minute', -60_001],
    ['F24 that waits in the spool since an hour from now, by a clock that is wrong,', 3_600_000],
  ])('%s is queued again', async (_name, ageMs) => {
    await using rig = await createRig()
    const variant = plainVariant(rig.id)
    const renderedAt = rig.time.now + ageMs
    await rig.spool.put(variantDigest(variant), { bytes: Buffer.from('old'), renderedAt })
    await rig.serve()
    await rig.drain()
    expect(rig.persistence.renditions).toEqual([{ variant, renderedAt }])
  })

  it('ends its render when the last client has left, and no earlier', async () => {
    await using rig = await createRig()
    rig.renderer.hold()
    const [one, other] = [new AbortController(), new AbortController()]
    const replies = Promise.allSettled([
      rig.serve({}, { signal: () => one.signal }),
      rig.serve({}, { signal: () => other.signal }),
    ])
    while (rig.renderer.jobs.length === 0) await setImmediate()
    one.abort(new Error('left'))
    other.abort(new Error('left'))
    expect((await replies).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    rig.renderer.hold()()
    expect(await rig.serve()).toMatchObject({ outcome: 'miss' })
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
