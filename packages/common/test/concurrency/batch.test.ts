import { createBatch, createWorkBatch } from '@iaas/common/concurrency/batch'
import { describe, expect, it } from '@jest/globals'

const outage = new Error('It is away.')
const refusal = new Error('It is of no use.')

function setUp(part: { readonly maxItems?: number; readonly waitMs?: number } = {}) {
  const asked: (readonly number[])[] = []
  const state = { isAway: false }
  const double = createBatch<number, number>({
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

describe.each([
  ['the same turn', {}],
  ['a while', { waitMs: 1 }],
])('calls of %s', (_name, when) => {
  it('are answered together, each with its own answer', async () => {
    const { double, asked } = setUp(when)
    expect(await Promise.all(upTo(4).map(double))).toEqual([0, 2, 4, 6])
    expect(await double(4)).toBe(8)
    expect(asked).toEqual([[0, 1, 2, 3], [4]])
  })

  it('are so many at the most, and then do not wait for others', async () => {
    const { double, asked } = setUp({ ...when, maxItems: 3 })
    const answers = upTo(7).map(double)
    expect(asked).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ])
    expect(await Promise.all(answers)).toEqual([0, 2, 4, 6, 8, 10, 12])
    expect(asked).toHaveLength(3)
  })

  it('fail where they are at fault, and only there', async () => {
    const { double, asked } = setUp(when)
    const results = await Promise.allSettled([double(1), double(-1), double(2)])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: refusal })
    expect(asked).toEqual([[1, -1, 2], [1], [-1], [2]])
  })

  it('fail together in an outage, which is met once, and are answered again after it', async () => {
    const { double, asked, state } = setUp(when)
    state.isAway = true
    const results = await Promise.allSettled(upTo(5).map(double))
    expect(results.every((result) => result.status === 'rejected')).toBe(true)
    expect(asked).toHaveLength(1)
    state.isAway = false
    expect(await double(1)).toBe(2)
  })
})

describe('a batch', () => {
  it('fails where an answer is missing', async () => {
    const ask = createBatch<number, number>({
      ask: () => Promise.resolve([]),
      maxItems: 10,
      isOutage: () => false,
    })
    await expect(ask(1)).rejects.toThrow('Not every item has an answer.')
  })

  it('is one of work as well, which has no answer', async () => {
    const done: (readonly number[])[] = []
    const work = createWorkBatch<number>({
      run: async (items) => void done.push(items),
      maxItems: 10,
      isOutage: () => true,
    })
    expect(await Promise.all([work(1), work(2)])).toEqual([undefined, undefined])
    expect(done).toEqual([[1, 2]])
  })
})
