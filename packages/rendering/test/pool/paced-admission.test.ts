import { createAdmission } from '@iaas/rendering/pool/admission'
import { paceAdmission } from '@iaas/rendering/pool/paced-admission'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'

describe('an admission with a pace', () => {
  beforeEach(() => void jest.useFakeTimers({ advanceTimers: false }))
  afterEach(() => void jest.useRealTimers())

  const open = () =>
    paceAdmission(createAdmission({ capacity: 2, queueLimit: 100, queueTimeoutMs: 60_000 }), {
      capacity: 2,
      patienceMs: 2000,
    })

  /** So many stays of so long, one after the other. */
  async function live(admission: ReturnType<typeof open>, stays: number, ms: number) {
    for (let left = stays; left > 0; left -= 1) {
      const leave = await admission.enter(1)
      jest.advanceTimersByTime(ms)
      leave()
    }
  }

  /** How many can wait while everything is taken. */
  async function fill(admission: ReturnType<typeof open>): Promise<number> {
    const inside = [await admission.enter(1), await admission.enter(1)]
    const refusals: unknown[] = []
    for (let asked = 0; asked < 60; asked += 1) {
      admission.enter(1).then(
        (leave) => leave(),
        (error: unknown) => refusals.push(error),
      )
    }
    await Promise.resolve()
    const { waiting } = admission
    for (const leave of inside) leave()
    await jest.advanceTimersByTimeAsync(0)
    expect(refusals).toHaveLength(60 - waiting)
    for (const error of refusals) expect(error).toMatchObject({ code: 'RENDERER_BUSY' })
    return waiting
  }

  it('R12 lets as many wait as are done in two seconds, and refuses others at once', async () => {
    const admission = open()
    await live(admission, 100, 200)
    expect(await fill(admission)).toBe(21)
  })

  it('R12 lets one wait however long the others stay', async () => {
    const admission = open()
    await live(admission, 100, 30_000)
    expect(await fill(admission)).toBe(1)
  })

  it('lets as many wait as its queue holds while nothing is known', async () => {
    expect(await fill(open())).toBe(60)
  })
})
