import { describeUnless } from '@iaas/testing/describe-unless'
import { findFreePort } from '@iaas/testing/free-port'
import { ownRedisMissing, startOwnRedis } from '@iaas/testing/redis'
import { expect, it } from '@jest/globals'
import { createRig, newRendition } from './_rig.ts'

describeUnless(ownRedisMissing, 'an uploader on a Redis of its own', () => {
  it('starts without Redis, and works once it is there', async () => {
    const port = await findFreePort()
    await using rig = createRig({ kind: 'redis', url: `redis://127.0.0.1:${port}` })
    await using _uploader = rig.uploader()
    await using _server = await startOwnRedis(port)
    const rendition = newRendition()
    await rig.persistAtLast(rendition)
    await rig.untilLinked(rendition)
    expect(rig.objects.size).toBe(1)
  })

  it('F8 works on after Redis was killed and has lost everything', async () => {
    const port = await findFreePort()
    await using first = await startOwnRedis(port)
    await using rig = createRig({ kind: 'redis', url: `redis://127.0.0.1:${port}` })
    await using _uploader = rig.uploader()
    const [before, after] = [newRendition(), newRendition()]
    await rig.persist(before)
    await rig.untilLinked(before)
    await first[Symbol.asyncDispose]()
    await using _second = await startOwnRedis(port)
    await rig.persistAtLast(after)
    await rig.untilLinked(after)
    expect(rig.objects.size).toBe(2)
  })

  it('ends while Redis was never there', async () => {
    await using rig = createRig({ kind: 'redis', url: `redis://127.0.0.1:${await findFreePort()}` })
    const uploader = rig.uploader({ closeLimitMs: 60_000 })
    await expect(uploader[Symbol.asyncDispose]()).resolves.toBeUndefined()
  })

  it('ends while Redis is gone, at the latest at its limit', async () => {
    await using server = await startOwnRedis()
    await using rig = createRig({ kind: 'redis', url: server.url })
    const uploader = rig.uploader({ closeLimitMs: 5000 })
    const rendition = newRendition()
    await rig.persist(rendition)
    await rig.untilLinked(rendition)
    await server[Symbol.asyncDispose]()
    await expect(rig.persist(newRendition())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await uploader[Symbol.asyncDispose]()
  })

  it('ends within its limit while Redis hangs', async () => {
    await using server = await startOwnRedis()
    await using rig = createRig({ kind: 'redis', url: server.url })
    const uploader = rig.uploader({ closeLimitMs: 200 })
    const rendition = newRendition()
    await rig.persist(rendition)
    await rig.untilLinked(rendition)
    server.process.kill('SIGSTOP')
    await expect(uploader[Symbol.asyncDispose]()).resolves.toBeUndefined()
    server.process.kill('SIGCONT')
  })
})
