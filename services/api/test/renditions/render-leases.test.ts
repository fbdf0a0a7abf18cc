import { type Digest, variantDigest } from '@iaas/common/digest'
import { parseImageId } from '@iaas/common/image'
import { createSilentLogger } from '@iaas/common/log'
import type { Spooled } from '@iaas/common/ports/spool'
import { describeRenderLeases } from '@iaas/testing/contracts/render-leases'
import { createFakeSpool } from '@iaas/testing/fakes/spool'
import { createFakeRenderLeases } from '@iaas/testing/fakes/render-leases'
import { until } from '@iaas/testing/until'
import { describe, expect, it } from '@jest/globals'
import { createAwaitLease } from '../../src/renditions/await-lease.ts'
import { createRig, plainVariant } from '../_rig.ts'

describeRenderLeases('the fake', async () => {
  const entries = new Map<Digest, Spooled>()
  return { leases: createFakeRenderLeases({ entries }), spool: createFakeSpool({ entries }) }
})

const work = variantDigest(plainVariant(parseImageId('photo')))

describe('a render that another process may do as well', () => {
  it('waits while the other one has its lease, and takes what came of it', async () => {
    const [held, entries] = [new Set([work]), new Map<Digest, Spooled>()]
    await using rig = await createRig({
      entries,
      leases: createFakeRenderLeases({ held, entries }),
    })
    const reply = rig.serve()
    const rendered = { bytes: Buffer.from('of the other process'), renderedAt: rig.time.now }
    await rig.spool.put(work, rendered)
    expect(await reply).toMatchObject({ outcome: 'spool', bytes: rendered.bytes })
    expect(rig.renderer.jobs).toEqual([])
  })

  it('asks the database once, where nobody else can have stored it meanwhile', async () => {
    await using rig = await createRig({ leases: createFakeRenderLeases() })
    expect(await rig.serve()).toMatchObject({ outcome: 'miss' })
    expect(rig.store.finds).toBe(1)
  })

  it('takes the link that another process recorded while it waited', async () => {
    const leases = createFakeRenderLeases()
    await using rig = await createRig({ leases })
    const other = await leases.claim(work)
    const reply = rig.serve()
    await until(() => rig.store.finds === 1)
    const link = { address: 'https://cdn.example.com/photo.jpg' }
    await rig.store.record(plainVariant(rig.id), link, rig.time.now)
    if (other.kind === 'lease') await other.lease.end(false)
    expect(await reply).toMatchObject({ kind: 'hit', address: link.address })
    expect(rig.renderer.jobs).toEqual([])
  })

  it('keeps its lease until the rendition is in the spool', async () => {
    const held = new Set<typeof work>()
    await using rig = await createRig({ leases: createFakeRenderLeases({ held }) })
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
    await using rig = await createRig({ leases: createFakeRenderLeases({ held }) })
    rig.renderer.answer(Promise.reject(new Error('the child died')) as never)
    await expect(rig.serve()).rejects.toThrow('the child died')
    await until(() => held.size === 0)
  })

  it('waits no longer than it may', async () => {
    await using rig = await createRig({ leases: createFakeRenderLeases({ held: new Set([work]) }) })
    expect(await rig.serve()).toMatchObject({ outcome: 'miss' })
  })

  it('does not wait where nobody can tell whose lease it is', async () => {
    const claim = () => Promise.reject(new Error('Redis is gone'))
    await using rig = await createRig({ leases: { claim } })
    expect(await rig.serve()).toMatchObject({ outcome: 'miss' })
  })

  it('stops waiting when its caller goes away', async () => {
    const leases = createFakeRenderLeases({ held: new Set([work]) })
    const caller = new AbortController()
    const awaitLease = createAwaitLease({ leases, maxWaitMs: 60_000, log: createSilentLogger() })
    const waiting = awaitLease(work, caller.signal)
    caller.abort(new Error('gone'))
    await expect(waiting).rejects.toThrow('gone')
  })
})
