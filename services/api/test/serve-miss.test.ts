import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { variantDigest } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { until } from '@iaas/testing/until'
import { createRig, plainVariant } from './_rig.ts'

describe('a miss', () => {
  it('is rendered, answered, then spooled and queued once', async () => {
    await using rig = await createRig()
    const reply = await rig.serve()
    expect(reply).toMatchObject({ kind: 'image', outcome: 'miss', mime: 'image/jpeg' })
    await rig.drain()
    const variant = plainVariant(rig.id)
    expect(rig.persistence.renditions).toEqual([{ variant, renderedAt: rig.time.now, epoch: 0 }])
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
    expect(rig.persistence.renditions).toEqual([{ variant, renderedAt, epoch: 0 }])
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
