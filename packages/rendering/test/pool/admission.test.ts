import { describe, expect, it } from '@jest/globals'
import { type Admission, createAdmission } from '@iaas/rendering/pool/admission'
import { createMemoryShare } from '@iaas/rendering/pool/memory-share'
import fc from 'fast-check'

const open = (part = {}): Admission =>
  createAdmission({ capacity: 10, queueLimit: 3, queueTimeoutMs: 60_000, ...part })

describe('an admission', () => {
  it('lets in at once what there is room for', async () => {
    const admission = open()
    await admission.enter(4)
    await admission.enter(6)
    expect(admission).toMatchObject({ inside: 10, waiting: 0 })
  })

  it('lets others in, first come first served, as soon as there is room', async () => {
    const admission = open()
    const leave = await admission.enter(8)
    const order: string[] = []
    const large = admission.enter(9).then((done) => (order.push('large'), done))
    const small = admission.enter(1).then((done) => (order.push('small'), done))
    expect(admission.waiting).toBe(2)
    leave()
    await Promise.all([large, small])
    expect(order).toEqual(['large', 'small'])
    expect(admission).toMatchObject({ inside: 10, waiting: 0 })
  })

  it('counts a share that is given back twice once', async () => {
    const admission = open()
    const leave = await admission.enter(5)
    await admission.enter(5)
    leave()
    leave()
    expect(admission.inside).toBe(5)
  })

  it('refuses at once when its queue is full', async () => {
    const admission = open({ queueLimit: 1 })
    const leave = await admission.enter(10)
    const waiting = admission.enter(1)
    await expect(admission.enter(1)).rejects.toMatchObject({ code: 'RENDERER_BUSY' })
    leave()
    await waiting
  })

  it('refuses what has waited too long, and lets the next one in that fits', async () => {
    const admission = open({ queueTimeoutMs: 20 })
    await admission.enter(5)
    const large = admission.enter(6)
    const small = admission.enter(5)
    await expect(large).rejects.toMatchObject({ code: 'RENDERER_BUSY' })
    await small
    expect(admission).toMatchObject({ inside: 10, waiting: 0 })
  })

  it('forgets who goes away, and lets the next one in that fits', async () => {
    const admission = open()
    await admission.enter(5)
    const caller = new AbortController()
    const large = admission.enter(6, caller.signal)
    const small = admission.enter(5)
    caller.abort(new Error('gone'))
    await expect(large).rejects.toThrow('gone')
    await small
    expect(admission).toMatchObject({ inside: 10, waiting: 0 })
  })

  it('never lets in more than it holds, and everybody in the end', async () => {
    const shares = fc.array(fc.integer({ min: 1, max: 10 }), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(shares, async (wanted) => {
        const admission = open({ queueLimit: 100 })
        let most = 0
        const visit = async (share: number) => {
          const leave = await admission.enter(share)
          most = Math.max(most, admission.inside)
          await Promise.resolve()
          leave()
        }
        await Promise.all(wanted.map((share) => visit(share)))
        expect(most).toBeLessThanOrEqual(10)
        expect(admission).toMatchObject({ inside: 0, waiting: 0 })
      }),
    )
  })
})

describe('a share of the memory', () => {
  it('is given back before a larger one is asked for', async () => {
    const memory = open()
    const [one, other] = [createMemoryShare(memory, 10), createMemoryShare(memory, 10)]
    await Promise.all([one.enter(5), other.enter(5)])
    const larger = [one.enter(8), other.enter(8)]
    await larger[0]
    expect(memory).toMatchObject({ inside: 8, waiting: 1 })
    one.leave()
    await larger[1]
    other.leave()
    expect(memory.inside).toBe(0)
  })

  it('is refused where there is not so much at all', async () => {
    const memory = open()
    const share = createMemoryShare(memory, 10)
    await share.enter(5)
    await expect(share.enter(11)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' })
    expect(memory.inside).toBe(0)
  })

  it('is given back also where it comes only after its task is over', async () => {
    const memory = open()
    const leave = await memory.enter(10)
    const share = createMemoryShare(memory, 10)
    const late = share.enter(5)
    share.leave()
    leave()
    await late
    expect(memory.inside).toBe(0)
  })
})
