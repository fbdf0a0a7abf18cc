import { setImmediate } from 'node:timers/promises'
import { createBound } from '@iaas/common/concurrency/bounded'
import { describe, expect, it } from '@jest/globals'

/** Two at once, and work that ends when the test says so. */
function setUp(maxWaitMs = 10_000) {
  const bound = createBound({ maxAtOnce: 2, maxWaitMs, refusal: () => new Error('full') })
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const work = (name: string) =>
    bound(() => {
      begun.push(name)
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)))
    })
  return { bound, begun, ends, work }
}

describe('bounded work', () => {
  it('F29 begins so much of it at once, the rest in its order', async () => {
    const { begun, ends, work } = setUp()
    const results = ['a', 'b', 'c', 'd'].map(work)
    expect(begun).toEqual(['a', 'b'])
    ends.get('b')?.()
    await results[1]
    await setImmediate()
    expect(begun).toEqual(['a', 'b', 'c'])
    ends.get('a')?.()
    ends.get('c')?.()
    await results[2]
    await setImmediate()
    ends.get('d')?.()
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('F29 refuses what has waited for too long, and begins it never', async () => {
    const { begun, ends, work } = setUp(20)
    const [first] = [work('a'), work('b')]
    await expect(work('c')).rejects.toThrow('full')
    ends.get('a')?.()
    await first
    const last = work('d')
    await setImmediate()
    expect(begun).toEqual(['a', 'b', 'd'])
    ends.get('d')?.()
    await last
  })

  it('F29 gives its place to others when it fails', async () => {
    const { bound } = setUp(20)
    for (const _ of Array.from({ length: 5 })) {
      await expect(bound(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
    }
  })
})
