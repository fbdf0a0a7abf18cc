import { type BacklogOptions, createBacklog } from '@iaas/queue/backlog'
import { boundBacklog } from '@iaas/queue/bound-backlog'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'

const request = { variant: makeVariant(), renderedAt: 1_764_000_000_000 }

const noJobs = {
  prioritized: 0,
  delayed: 0,
  'waiting-children': 0,
  active: 0,
  completed: 0,
  failed: 0,
}

/** One queue whose jobs are counted by a server that takes its time, by a clock of its own. */
function rig({ jobs = 0, countMs = 1 } = {}) {
  const state = { jobs, countMs, clockMs: 0, counts: 0, isDown: false, isHung: false }
  const queue = {
    name: 'uploads',
    async getJobCounts() {
      state.counts += 1
      state.clockMs += state.countMs
      if (state.isDown) throw new Error('connect ECONNREFUSED')
      if (state.isHung) return new Promise(() => {})
      return { ...noJobs, waiting: state.jobs }
    },
  }
  const queues = (async () => [queue]) as unknown as BacklogOptions['queues']
  const backlog = createBacklog({ queues, now: () => state.clockMs })
  return { state, backlog }
}

describe('the backlog', () => {
  it('is counted once for all who ask within a second', async () => {
    const { state, backlog } = rig({ jobs: 7 })
    await Promise.all(Array.from({ length: 100 }, () => backlog.count()))
    state.clockMs += 900
    await expect(backlog.count()).resolves.toMatchObject([
      { name: 'uploads', jobs: { waiting: 7 } },
    ])
    expect(state.counts).toBe(1)
    state.clockMs += 200
    await backlog.count()
    expect(state.counts).toBe(2)
  })

  it.each([
    ['a fiftieth of the time', 200, 200 * 50],
    ['half a minute apart', 5000, 30_000],
  ])('that takes long to count is counted seldom: %s', async (_name, countMs, freshMs) => {
    const { state, backlog } = rig({ countMs })
    await backlog.count()
    state.clockMs += freshMs - 1
    await backlog.count()
    expect(state.counts).toBe(1)
    state.clockMs += 1
    await backlog.count()
    expect(state.counts).toBe(2)
  })

  it('that cannot be counted stays as it is known, and is counted again after a second', async () => {
    const { state, backlog } = rig({ jobs: 7, countMs: 200 })
    await backlog.count()
    Object.assign(state, { isDown: true, clockMs: 20_000 })
    await expect(backlog.count()).rejects.toThrow('ECONNREFUSED')
    expect(backlog.waiting()).toBe(7)
    Object.assign(state, { isDown: false, jobs: 8, clockMs: state.clockMs + 1000 })
    await backlog.count()
    expect(backlog.waiting()).toBe(8)
  })

  it('is shown as it was before to who would not wait for a count', async () => {
    const { state, backlog } = rig({ jobs: 7 })
    await backlog.countWithin(1)
    Object.assign(state, { isHung: true, clockMs: 60_000 })
    await expect(backlog.countWithin(1)).resolves.toMatchObject([{ jobs: { waiting: 7 } }])
    expect(state.counts).toBe(2)
  })

  it('is counted anew once it was changed by hand', async () => {
    const { state, backlog } = rig({ jobs: 7 })
    await backlog.count()
    state.jobs = 0
    backlog.recount()
    await backlog.count()
    expect(backlog.waiting()).toBe(0)
  })

  it('grows by what is added here, until the next count tells it all', async () => {
    const { state, backlog } = rig({ jobs: 7 })
    expect(backlog.waiting()).toBeUndefined()
    await backlog.count()
    backlog.add(2)
    expect(backlog.waiting()).toBe(9)
    state.clockMs += 2000
    const counted = backlog.count()
    backlog.add(2)
    await counted
    expect(backlog.waiting()).toBe(9)
  })
})

describe('a backlog that is changed from outside while it is counted', () => {
  it('is counted again afterwards, one count at a time, and loses nothing that was added', async () => {
    const { state, backlog } = rig({ jobs: 5 })
    backlog.add(3)
    const first = backlog.count()
    backlog.recount()
    const second = backlog.count()
    expect(await second).toBe(await first)
    expect(backlog.waiting()).toBe(5)
    await backlog.count()
    expect(state.counts).toBe(2)
    expect(backlog.waiting()).toBe(5)
  })
})

describe('F18 a bounded backlog', () => {
  const taken = { schedule: async () => {} }

  it('is counted once for a thousand renditions, and holds without another count', async () => {
    const { state, backlog } = rig()
    const bounded = boundBacklog(taken, { backlog, maxJobs: 2000 })
    for (let count = 0; count < 1000; count += 1) await bounded.schedule(request)
    await expect(bounded.schedule(request)).rejects.toMatchObject({ code: 'SPOOL_FULL' })
    expect(state.counts).toBe(1)
  })

  it('holds while it cannot be counted', async () => {
    const { state, backlog } = rig({ jobs: 10 })
    const bounded = boundBacklog(taken, { backlog, maxJobs: 10 })
    await expect(bounded.schedule(request)).rejects.toMatchObject({ code: 'SPOOL_FULL' })
    Object.assign(state, { isDown: true, clockMs: 60_000 })
    await expect(bounded.schedule(request)).rejects.toMatchObject({ code: 'SPOOL_FULL' })
  })

  it('holds for what is on its way into the queues', async () => {
    const { backlog } = rig()
    const hung = { schedule: () => new Promise<void>(() => {}) }
    const bounded = boundBacklog(hung, { backlog, maxJobs: 2 })
    await backlog.count()
    void bounded.schedule(request)
    await expect(bounded.schedule(request)).rejects.toMatchObject({ code: 'SPOOL_FULL' })
  })

  it('keeps the room of what could not be queued', async () => {
    const { backlog } = rig()
    const refusing = { schedule: () => Promise.reject(new Error('down')) }
    const bounded = boundBacklog(refusing, { backlog, maxJobs: 2 })
    await expect(bounded.schedule(request)).rejects.toThrow('down')
    await expect(bounded.schedule(request)).rejects.toThrow('down')
  })
})
