import { watchStore } from '@iaas/api/stored/watch-store'
import { AppError } from '@iaas/common/errors'
import { createSilentLogger } from '@iaas/common/log'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'

const longMs = 60_000

describe('the watch of the variant store', () => {
  beforeEach(() => void jest.useFakeTimers({ advanceTimers: false }))
  afterEach(() => void jest.useRealTimers())

  const log = createSilentLogger()

  it('F47 asks nothing while no stored variant is asked for, and at once again when one is', async () => {
    const ping = jest.fn(async () => {})
    await using watch = watchStore({ ping }, log)
    await jest.advanceTimersByTimeAsync(longMs)
    expect(ping).toHaveBeenCalledTimes(1)
    watch.isAway()
    await jest.advanceTimersByTimeAsync(longMs)
    expect(ping).toHaveBeenCalledTimes(2)
  })

  it('F31 asks on while the store is away, so that its return is noticed without a request', async () => {
    const refusal = new AppError('STORE_UNAVAILABLE', 'It is away.', {
      cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
    })
    let isUp = false
    const ping = async () => {
      if (!isUp) throw refusal
    }
    await using watch = watchStore({ ping }, log)
    await jest.advanceTimersByTimeAsync(longMs)
    isUp = true
    expect(watch.isAway()).toBe(true)
    await jest.advanceTimersByTimeAsync(longMs)
    expect(watch.isAway()).toBe(false)
  })
})
