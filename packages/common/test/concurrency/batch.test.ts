import { createBatch } from '@iaas/common/concurrency/batch'
import { describe, expect, it } from '@jest/globals'

const outage = new Error('It is away.')
const refusal = new Error('It is of no use.')

function setUp(part: { readonly maxItems?: number } = {}) {
  const batches: (readonly number[])[] = []
  const state = { isAway: false }
  const add = createBatch<number>({
    async run(items) {
      batches.push(items)
      if (state.isAway) throw outage
      if (items.some((item) => item < 0)) throw refusal
    },
    maxItems: 10,
    waitMs: 0,
    isOutage: (error) => error === outage,
    ...part,
  })
  return { add, batches, state }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('a batch', () => {
  it('works off together what is called for at once, in its order', async () => {
    const { add, batches } = setUp()
    await Promise.all(upTo(5).map(add))
    await add(5)
    expect(batches).toEqual([[0, 1, 2, 3, 4], [5]])
  })

  it('takes so many at the most, and does not wait once it has them', async () => {
    const { add, batches } = setUp({ maxItems: 3 })
    const calls = upTo(7).map(add)
    expect(batches).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ])
    await Promise.all(calls)
    expect(batches).toHaveLength(3)
  })

  it('fails the one item that is at fault, and does the others', async () => {
    const { add, batches } = setUp()
    const results = await Promise.allSettled([add(1), add(-1), add(2)])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: refusal })
    expect(batches).toEqual([[1, -1, 2], [1], [-1], [2]])
  })

  it('fails all its items in an outage, asking once, and goes on after it', async () => {
    const { add, batches, state } = setUp()
    state.isAway = true
    const results = await Promise.allSettled(upTo(5).map(add))
    expect(results.every((result) => result.status === 'rejected')).toBe(true)
    expect(batches).toHaveLength(1)
    state.isAway = false
    await add(1)
  })
})
