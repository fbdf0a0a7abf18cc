import { describe, expect, it } from '@jest/globals'
import { createSingleFlight } from '../../src/platform/concurrency/single-flight.ts'

/** A promise that a test settles when it likes. */
function createGate<T>() {
  let open: (value: T) => void = () => {}
  let fail: (error: Error) => void = () => {}
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  return { promise, open, fail }
}

describe('createSingleFlight', () => {
  it('runs the work once for all that ask while it runs', async () => {
    const flights = createSingleFlight<number>()
    const gate = createGate<number>()
    let runs = 0
    const work = () => {
      runs += 1
      return gate.promise
    }
    const all = Promise.all([
      flights.join('a', work),
      flights.join('a', work),
      flights.join('b', work),
    ])
    gate.open(7)
    expect(await all).toEqual([7, 7, 7])
    expect(runs).toBe(2)
  })

  it('gives a failure to all, and runs again for who asks later', async () => {
    const flights = createSingleFlight<number>()
    const failing = () => Promise.reject(new Error('broken'))
    const results = await Promise.allSettled([
      flights.join('a', failing),
      flights.join('a', failing),
    ])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await flights.join('a', () => Promise.resolve(1))).toBe(1)
  })

  it('stays joinable after its result for as long as it is held', async () => {
    const flights = createSingleFlight<number>()
    const held = createGate<void>()
    const first = await flights.join('a', async (_signal, hold) => {
      hold(held.promise)
      return 1
    })
    expect(await flights.join('a', () => Promise.resolve(2))).toBe(first)
    held.open()
    await held.promise
    await new Promise((resolve) => setImmediate(resolve))
    expect(flights.size).toBe(0)
    expect(await flights.join('a', () => Promise.resolve(2))).toBe(2)
  })

  it('a caller that leaves takes nothing from the others', async () => {
    const flights = createSingleFlight<number>()
    const gate = createGate<number>()
    const leaving = new AbortController()
    let aborted = false
    const work = (signal: AbortSignal) => {
      signal.addEventListener('abort', () => (aborted = true))
      return gate.promise
    }
    const gone = flights.join('a', work, leaving.signal)
    const staying = flights.join('a', work, new AbortController().signal)
    leaving.abort(new Error('gone'))
    await expect(gone).rejects.toThrow('gone')
    gate.open(3)
    expect(await staying).toBe(3)
    expect(aborted).toBe(false)
  })

  it('ends the work with its last caller, and makes way for a new flight at once', async () => {
    const flights = createSingleFlight<number>()
    const leaving = new AbortController()
    const ended: unknown[] = []
    const gone = flights.join(
      'a',
      (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            ended.push(signal.reason)
            reject(signal.reason as Error)
          })
        }),
      leaving.signal,
    )
    const reason = new Error('gone')
    leaving.abort(reason)
    await expect(gone).rejects.toBe(reason)
    expect(ended).toEqual([reason])
    expect(await flights.join('a', () => Promise.resolve(4))).toBe(4)
    expect(flights.size).toBeLessThanOrEqual(1)
  })

  it('a caller that has left already starts nothing', async () => {
    const flights = createSingleFlight<number>()
    const signal = AbortSignal.abort(new Error('gone'))
    await expect(flights.join('a', () => Promise.resolve(1), signal)).rejects.toThrow('gone')
    expect(flights.size).toBe(0)
  })
})
