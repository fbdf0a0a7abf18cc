import { watchStore } from '@iaas/api/stored/watch-store'
import { AppError } from '@iaas/common/errors'
import { createClosers } from '@iaas/common/lifecycle/closers'
import { createSilentLogger } from '@iaas/common/log'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'

const longMs = 60_000

describe('the watch of the variant store', () => {
  beforeEach(() => void jest.useFakeTimers({ advanceTimers: false }))
  afterEach(() => void jest.useRealTimers())

  const log = createSilentLogger()

  it('F47 asks nothing while no stored variant is asked for, and at once again when one is', async () => {
    const closers = createClosers(log)
    const ping = jest.fn(async () => {})
    const isAway = watchStore({ variants: { ping }, log, closers })
    await jest.advanceTimersByTimeAsync(longMs)
    expect(ping).toHaveBeenCalledTimes(1)
    isAway()
    await jest.advanceTimersByTimeAsync(longMs)
    expect(ping).toHaveBeenCalledTimes(2)
    await closers.close()
  })

  it('F31 asks on while the store is away, so that its return is noticed without a request', async () => {
    const closers = createClosers(log)
    const refusal = new AppError('STORE_UNAVAILABLE', 'It is away.', {
      cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
    })
    let isUp = false
    const ping = async () => {
      if (!isUp) throw refusal
    }
    const isAway = watchStore({ variants: { ping }, log, closers })
    await jest.advanceTimersByTimeAsync(longMs)
    isUp = true
    expect(isAway()).toBe(true)
    await jest.advanceTimersByTimeAsync(longMs)
    expect(isAway()).toBe(false)
    await closers.close()
  })
})
