import { isAppError } from '@iaas/common/errors'
import { type FairAdmission, createFairAdmission } from '@iaas/rendering/pool/fair-admission'
import type { Entrant } from '@iaas/rendering/pool/waiters'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'

describe('an admission that is fair', () => {
  beforeEach(() => void jest.useFakeTimers({ advanceTimers: false }))
  afterEach(() => void jest.useRealTimers())

  const open = (part: Partial<Parameters<typeof createFairAdmission>[0]> = {}) =>
    createFairAdmission({ capacity: 2, queueLimit: 100, maxWaitMs: 10_000, ...part })

  const by = (client: string, lane: Entrant['lane'] = 'render'): Entrant => ({
    share: 1,
    lane,
    client,
  })

  /** Asks for a place, and tells when it comes and goes. */
  function ask(admission: FairAdmission, entrant: Entrant, told: string[], signal?: AbortSignal) {
    const asked = { leave: () => {} }
    const enter = async () => {
      try {
        asked.leave = await admission.enter(entrant, signal)
        told.push(entrant.client)
      } catch (error) {
        told.push(`${entrant.client} ${isAppError(error) ? error.code : 'left'}`)
      }
    }
    void enter()
    return asked
  }

  const settle = () => jest.advanceTimersByTimeAsync(0)

  /** So many stays of so long, one after the other. */
  async function live(admission: FairAdmission, entrant: Entrant, stays: number, ms: number) {
    for (let left = stays; left > 0; left -= 1) {
      const leave = await admission.enter(entrant)
      jest.advanceTimersByTime(ms)
      leave()
    }
  }

  it('R30 serves the client first that has had the least of late, and each in the order of its requests', async () => {
    const admission = open({ capacity: 1 })
    await live(admission, by('busy'), 3, 5000)
    const told: string[] = []
    const first = ask(admission, by('busy'), told)
    const asked = ['busy', 'busy', 'quiet'].map((client) => ask(admission, by(client), told))
    await settle()
    expect(told).toEqual(['busy'])
    first.leave()
    await settle()
    expect(told).toEqual(['busy', 'quiet'])
    asked[2]?.leave()
    await settle()
    asked[0]?.leave()
    await settle()
    expect(told).toEqual(['busy', 'quiet', 'busy', 'busy'])
  })

  it('R30 counts what a client still holds, so that a long render is no way to the front', async () => {
    const admission = open()
    const told: string[] = []
    const long = ask(admission, by('long'), told)
    await settle()
    jest.advanceTimersByTime(5000)
    const short = ask(admission, by('short'), told)
    await settle()
    ask(admission, by('long'), told)
    ask(admission, by('short'), told)
    jest.advanceTimersByTime(100)
    short.leave()
    await settle()
    expect(told).toEqual(['long', 'short', 'short'])
    long.leave()
  })

  it('R30 takes the last place in a full queue from the client with the most waiters', async () => {
    const admission = open({ capacity: 1, queueLimit: 3 })
    const told: string[] = []
    ask(admission, by('flood'), told)
    for (let left = 3; left > 0; left -= 1) ask(admission, by('flood'), told)
    await settle()
    ask(admission, by('flood'), told)
    ask(admission, by('newcomer'), told)
    await settle()
    expect(told).toEqual(['flood', 'flood RENDERER_BUSY', 'flood RENDERER_BUSY'])
    expect(admission.waiting).toBe(3)
    // The newcomer is refused if two clients have about as many.
    ask(admission, by('newcomer'), told)
    await settle()
    expect(told.at(-1)).toBe('newcomer RENDERER_BUSY')
  })

  it('R30 gives checks of uploads a share, behind the renders, but not for ever', async () => {
    const admission = open({ capacity: 2, ingestCapacity: 1 })
    const told: string[] = []
    const asked = [
      ask(admission, by('upload', 'ingest'), told),
      ask(admission, by('upload', 'ingest'), told),
    ]
    await settle()
    expect(told).toEqual(['upload'])
    const renders = Array.from({ length: 8 }, () => ask(admission, by('get'), told))
    await settle()
    expect(told).toEqual(['upload', 'get'])
    asked[0]?.leave()
    for (const render of renders) {
      await settle()
      render.leave()
    }
    await settle()
    expect(told.slice(2, 9)).toEqual(['get', 'get', 'get', 'get', 'upload', 'get', 'get'])
  })

  it('R31 lets a hundred of one client wait that are done in time', async () => {
    const admission = open()
    await live(admission, by('page'), 100, 100)
    const told: string[] = []
    const asked = Array.from({ length: 100 }, () => ask(admission, by('page'), told))
    for (let round = 0; round < 50; round += 1) {
      await settle()
      jest.advanceTimersByTime(100)
      for (const { leave } of asked.slice(2 * round, 2 * round + 2)) leave()
    }
    await settle()
    expect(told).toEqual(Array<string>(100).fill('page'))
  })

  it('R12 lets as many wait as are done in time, and refuses others at once', async () => {
    const admission = open()
    await live(admission, by('crowd'), 100, 1000)
    const told: string[] = []
    for (let left = 60; left > 0; left -= 1) ask(admission, by('crowd'), told)
    await settle()
    expect(admission.waiting).toBe(21)
    expect(told.filter((line) => line.endsWith('RENDERER_BUSY'))).toHaveLength(37)
  })

  it('R12 lets one wait however long the others stay, and no longer than it may', async () => {
    const admission = open()
    await live(admission, by('crowd'), 100, 30_000)
    const told: string[] = []
    for (let left = 4; left > 0; left -= 1) ask(admission, by('crowd'), told)
    await settle()
    expect(told).toEqual(['crowd', 'crowd', 'crowd RENDERER_BUSY'])
    await jest.advanceTimersByTimeAsync(10_000)
    expect(told.slice(3)).toEqual(['crowd RENDERER_BUSY'])
    expect(admission.waiting).toBe(0)
  })

  it('R30 lets a client wait that comes before those that take long, and take the place of one of them', async () => {
    const admission = open({ queueLimit: 3 })
    await live(admission, by('slow 1'), 20, 30_000)
    const told: string[] = []
    const slow = ['slow 1', 'slow 2'].map((client) => ask(admission, by(client), told))
    await settle()
    jest.advanceTimersByTime(1000)
    for (const client of ['slow 1', 'slow 2', 'victim', 'newcomer']) {
      ask(admission, by(client), told)
      await settle()
    }
    expect(told).toEqual(['slow 1', 'slow 2', 'slow 1 RENDERER_BUSY'])
    slow[0]?.leave()
    slow[1]?.leave()
    await settle()
    expect(told.slice(3)).toEqual(['victim', 'newcomer'])
  })

  it('lets a waiter leave, and those behind it pass', async () => {
    const admission = open({ capacity: 1 })
    const told: string[] = []
    const first = ask(admission, by('one'), told)
    const leaving = new AbortController()
    ask(admission, by('one'), told, leaving.signal)
    ask(admission, by('one'), told)
    leaving.abort(new Error('gone'))
    await settle()
    first.leave()
    first.leave()
    await settle()
    expect(told).toEqual(['one', 'one left', 'one'])
    expect(admission).toMatchObject({ inside: 1, waiting: 0 })
  })

  it('lets in at once what waits for nothing, and only where nobody waits for that', async () => {
    const admission = open({ capacity: 1 })
    const leave = admission.tryEnter(1)
    expect(leave).toBeDefined()
    expect(admission.tryEnter(1)).toBeUndefined()
    const told: string[] = []
    ask(admission, by('one'), told)
    leave?.()
    await settle()
    expect(told).toEqual(['one'])
  })
})
