import { setImmediate } from 'node:timers/promises'
import { objectKey } from '@iaas/common/digest'
import type { WaitingRendition } from '@iaas/common/ports/persistence'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { putWithin } from '../../src/handlers/put-within.ts'
import { policy } from '../_fakes.ts'

const square = (side: number, fit: 'clip' | 'cover' = 'clip'): WaitingRendition => ({
  variant: makeVariant({ width: side, height: side, fit }),
  renderedAt: 1,
})

/** Puts that end when the test says so, with room for the pixels of so many squares of 100 px. */
function setUp(squares: number) {
  const held: (() => void)[] = []
  const put = putWithin(
    async ({ variant, renderedAt }) => {
      await new Promise<void>((resolve) => held.push(resolve))
      return objectKey(variant, renderedAt)
    },
    { maxBytes: squares * 40_000, policy },
  )
  return { put, held }
}

describe('T39 renditions that an uploader stores', () => {
  it('are let into memory as far as there is room for their pixels', async () => {
    const { put, held } = setUp(3.5)
    const puts = Array.from({ length: 8 }, () => put(square(100)))
    for (let done = 0; done < puts.length; done += 1) {
      await setImmediate()
      expect(held).toHaveLength(Math.min(puts.length, done + 3))
      held[done]?.()
    }
    expect(await Promise.all(puts)).toHaveLength(8)
  })

  it('are stored although one alone has more: it has all the room', async () => {
    const { put, held } = setUp(3)
    const puts = [put(square(1000)), put(square(10)), put(square(10, 'cover')), put(square(10))]
    for (let done = 0; done < puts.length; done += 1) {
      await setImmediate()
      expect(held).toHaveLength(done + 1)
      held[done]?.()
    }
    await Promise.all(puts)
  })

  it('give their room back where they cannot be stored', async () => {
    const failing = putWithin(() => Promise.reject(new Error('It is away.')), {
      maxBytes: 40_000,
      policy,
    })
    for (let tries = 0; tries < 3; tries += 1) {
      await expect(failing(square(100))).rejects.toThrow('It is away.')
    }
  })
})
