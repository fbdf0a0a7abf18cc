import { createGather } from '@iaas/common/concurrency/gather'
import { describe, expect, it } from '@jest/globals'

const outage = new Error('It is away.')
const refusal = new Error('It is of no use.')

function setUp(part: { readonly maxItems?: number } = {}) {
  const asked: (readonly number[])[] = []
  const state = { isAway: false }
  const double = createGather<number, number>({
    async ask(items) {
      asked.push(items)
      if (state.isAway) throw outage
      if (items.some((item) => item < 0)) throw refusal
      return items.map((item) => item * 2)
    },
    maxItems: 10,
    isOutage: (error) => error === outage,
    ...part,
  })
  return { double, asked, state }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('questions of one turn', () => {
  it('are asked together, each with its own answer', async () => {
    const { double, asked } = setUp()
    expect(await Promise.all(upTo(4).map(double))).toEqual([0, 2, 4, 6])
    expect(await double(4)).toBe(8)
    expect(asked).toEqual([[0, 1, 2, 3], [4]])
  })

  it('are so many at the most, and then do not wait for the end of the turn', async () => {
    const { double, asked } = setUp({ maxItems: 3 })
    const answers = upTo(7).map(double)
    expect(asked).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ])
    expect(await Promise.all(answers)).toEqual([0, 2, 4, 6, 8, 10, 12])
    expect(asked).toHaveLength(3)
  })

  it('fail where they are at fault, and only there', async () => {
    const { double, asked } = setUp()
    const results = await Promise.allSettled([double(1), double(-1), double(2)])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: refusal })
    expect(asked).toEqual([[1, -1, 2], [1], [-1], [2]])
  })

  it('fail together in an outage, which is met once, and are asked again after it', async () => {
    const { double, asked, state } = setUp()
    state.isAway = true
    const results = await Promise.allSettled(upTo(5).map(double))
    expect(results.every((result) => result.status === 'rejected')).toBe(true)
    expect(asked).toHaveLength(1)
    state.isAway = false
    expect(await double(1)).toBe(2)
  })

  it('fail where an answer is missing', async () => {
    const ask = createGather<number, number>({
      ask: () => Promise.resolve([]),
      maxItems: 10,
      isOutage: () => false,
    })
    await expect(ask(1)).rejects.toThrow('Not every question has an answer.')
  })
})
