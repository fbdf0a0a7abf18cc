import { variantDigest } from '@iaas/common/digest'
import { parseImageId } from '@iaas/common/image'
import { createSilentLogger } from '@iaas/common/log'
import { describeTurns } from '@iaas/testing/contracts/turns'
import { createFakeTurns } from '@iaas/testing/fakes/turns'
import { until } from '@iaas/testing/until'
import { describe, expect, it } from '@jest/globals'
import { createAwaitTurn } from '../../src/renderings/await-turn.ts'
import { createRig, plainVariant } from '../_rig.ts'

describeTurns('the fake', async () => createFakeTurns())

const work = variantDigest(plainVariant(parseImageId('photo')))

describe('a render that another process may do as well', () => {
  it('waits while the other one has its turn, and takes what came of it', async () => {
    const held = new Set([work])
    await using rig = await createRig({ turns: createFakeTurns(held) })
    const reply = rig.serve()
    const rendered = { bytes: Buffer.from('of the other process'), renderedAt: rig.time.now }
    await rig.spool.put(work, rendered)
    held.delete(work)
    expect(await reply).toMatchObject({ outcome: 'spool', bytes: rendered.bytes })
    expect(rig.renderer.jobs).toEqual([])
    await until(() => held.size === 0)
  })

  it('keeps its turn until the rendition is in the spool', async () => {
    const held = new Set<typeof work>()
    await using rig = await createRig({ turns: createFakeTurns(held) })
    let letGo = () => {}
    const gate = new Promise<void>((resolve) => (letGo = resolve))
    const spool = { ...rig.spool }
    rig.spool.put = (...entry) => gate.then(() => spool.put(...entry))
    await rig.serve()
    expect(held.has(work)).toBe(true)
    letGo()
    await until(() => held.size === 0)
    expect(rig.entries.has(work)).toBe(true)
  })

  it('lets the next one try where it has failed', async () => {
    const held = new Set<typeof work>()
    await using rig = await createRig({ turns: createFakeTurns(held) })
    rig.renderer.answer(Promise.reject(new Error('the child died')) as never)
    await expect(rig.serve()).rejects.toThrow('the child died')
    await until(() => held.size === 0)
  })

  it('waits no longer than it may', async () => {
    await using rig = await createRig({ turns: createFakeTurns(new Set([work])) })
    expect(await rig.serve()).toMatchObject({ outcome: 'miss' })
  })

  it('does not wait where nobody can tell whose turn it is', async () => {
    const tryTake = () => Promise.reject(new Error('Redis is gone'))
    await using rig = await createRig({ turns: { tryTake } })
    expect(await rig.serve()).toMatchObject({ outcome: 'miss' })
  })

  it('stops waiting when its caller goes away', async () => {
    const turns = createFakeTurns(new Set([work]))
    const caller = new AbortController()
    const awaitTurn = createAwaitTurn({ turns, patienceMs: 60_000, log: createSilentLogger() })
    const waiting = awaitTurn(work, caller.signal)
    caller.abort(new Error('gone'))
    await expect(waiting).rejects.toThrow('gone')
  })
})
