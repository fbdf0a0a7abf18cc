import { createCircuitBreaker } from '@iaas/common/concurrency/circuit-breaker'
import { guard } from '@iaas/common/concurrency/guard'
import { AppError, isAppError } from '@iaas/common/errors'
import { until } from '@iaas/testing/until'
import { describe, expect, it } from '@jest/globals'

const outage = new AppError('STORE_UNAVAILABLE', 'It does not answer.')

function setUp() {
  const dependency = { isDown: false, calls: 0, probes: 0 }
  const changes: boolean[] = []
  const breaker = createCircuitBreaker({
    async probe() {
      dependency.probes += 1
      if (dependency.isDown) throw outage
    },
    isOutage: (error) => isAppError(error, 'STORE_UNAVAILABLE'),
    refusal: () => new AppError('STORE_UNAVAILABLE', 'It did not answer lately.'),
    probeEveryMs: 5,
    onChange: (isOpen) => changes.push(isOpen),
  })
  const call = async () => {
    dependency.calls += 1
    if (dependency.isDown) throw outage
    return 'answer'
  }
  return { breaker, dependency, changes, call }
}

describe('a circuit breaker', () => {
  it('passes calls on while the dependency is well', async () => {
    const { breaker, call, changes } = setUp()
    await expect(breaker.run(call)).resolves.toBe('answer')
    expect(changes).toEqual([])
  })

  it('lets an outage cost one call, and refuses the others at once', async () => {
    const { breaker, call, dependency } = setUp()
    dependency.isDown = true
    await expect(breaker.run(call)).rejects.toBe(outage)
    for (let count = 0; count < 100; count += 1) {
      await expect(breaker.run(call)).rejects.toMatchObject({
        message: 'It did not answer lately.',
      })
    }
    expect(dependency.calls).toBe(1)
    breaker.close()
  })

  it('closes again by itself once a probe succeeds, without a call having tried', async () => {
    const { breaker, call, dependency, changes } = setUp()
    dependency.isDown = true
    await breaker.run(call).catch(() => {})
    await until(() => dependency.probes > 3)
    expect(breaker.outage).toBe(outage)
    dependency.isDown = false
    await until(() => !breaker.isOpen)
    expect(dependency.calls).toBe(1)
    expect(breaker.outage).toBeUndefined()
    expect(changes).toEqual([true, false])
    await expect(breaker.run(call)).resolves.toBe('answer')
  })

  it('stays closed for failures that are those of the call', async () => {
    const { breaker } = setUp()
    const refused = new AppError('ID_TAKEN', 'There is one.')
    await expect(breaker.run(() => Promise.reject(refused))).rejects.toBe(refused)
    expect(breaker.isOpen).toBe(false)
  })

  it('probes once at a time, however many calls have failed', async () => {
    const { breaker, call, dependency } = setUp()
    dependency.isDown = true
    await Promise.allSettled([breaker.run(call), breaker.run(call), breaker.run(call)])
    await until(() => dependency.probes >= 1)
    expect(dependency.probes).toBe(1)
    breaker.close()
  })

  it('ends its probes when it is closed', async () => {
    const { breaker, call, dependency } = setUp()
    dependency.isDown = true
    await breaker.run(call).catch(() => {})
    breaker.close()
    const { probes } = dependency
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(dependency.probes).toBeLessThanOrEqual(probes + 1)
  })
})

describe('a guarded port', () => {
  it('asks the breaker before the methods that it names, and leaves the others alone', async () => {
    const { breaker, dependency } = setUp()
    dependency.isDown = true
    const port = {
      find: (name: string) => (name === 'bad' ? Promise.reject(outage) : Promise.resolve(name)),
      url: (name: string) => `https://x/${name}`,
    }
    const guarded = guard(port, breaker, 'find')
    await expect(guarded.find('good')).resolves.toBe('good')
    await expect(guarded.find('bad')).rejects.toBe(outage)
    await expect(guarded.find('good')).rejects.toThrow('It did not answer lately.')
    expect(guarded.url('good')).toBe('https://x/good')
    breaker.close()
  })
})
