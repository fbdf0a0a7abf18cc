import { availableParallelism } from 'node:os'
import { describe, expect, it } from '@jest/globals'
import { fitMemory } from '../src/fit-memory.ts'

const mebibyte = 2 ** 20
const asked = { concurrency: 2, memory: 2048 }
/** What Node tells of a control group without a limit. */
const unlimited = 2 ** 64

describe('the memory of renders', () => {
  it.each([0, unlimited])('is what is asked for where there is no limit (%d)', (limit) => {
    expect(fitMemory(asked, { limitBytes: limit })).toEqual(asked)
    const { concurrency } = fitMemory({ ...asked, concurrency: 0 }, { limitBytes: limit })
    expect(concurrency).toBe(availableParallelism())
  })

  it('is what is asked for where a container has room for it', () => {
    expect(fitMemory(asked, { limitBytes: 3072 * mebibyte })).toEqual(asked)
  })

  it.each([1024, 600, 2000])(
    'stays below a limit of %d MiB, with all that is beside it',
    (limit) => {
      const { concurrency, memory } = fitMemory(asked, { limitBytes: limit * mebibyte })
      expect(memory).toBe(limit - 256 - concurrency * 64)
    },
  )

  it('leaves each of several processes its part', () => {
    const surroundings = { processes: 3, limitBytes: 2048 * mebibyte }
    expect(fitMemory(asked, surroundings).memory).toBe(2048 - 3 * 256 - 2 * 64)
  })

  it('leaves room for what else lies there', () => {
    const surroundings = { besideMiB: 512, limitBytes: 2048 * mebibyte }
    expect(fitMemory(asked, surroundings).memory).toBe(2048 - 512 - 256 - 2 * 64)
  })

  it('is never too little for a render', () => {
    expect(fitMemory(asked, { limitBytes: 64 * mebibyte }).memory).toBe(128)
  })

  it('is enough for every child where their number is left to the machine', () => {
    const limit = 256 + 160
    const surroundings = { limitBytes: limit * mebibyte }
    expect(fitMemory({ ...asked, concurrency: 0 }, surroundings).concurrency).toBe(1)
  })
})
