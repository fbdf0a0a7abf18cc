import { createDependencies } from '@iaas/common/metrics/dependencies'
import { AppError } from '@iaas/common/errors'
import { createSilentLogger } from '@iaas/common/log'
import { isRedisFull } from '@iaas/stores/redis/is-full'
import { until } from '@iaas/testing/until'
import { describe, expect, it } from '@jest/globals'
import { Registry } from 'prom-client'

const log = createSilentLogger()
const outage = new AppError('STORE_UNAVAILABLE', 'It is down.')
const down = () => Promise.reject(new Error('It is down.'))
const hung = () => new Promise<never>(() => {})

describe('the dependencies of a service', () => {
  it('are up while they answer, and down where they fail or hang', async () => {
    const dependencies = createDependencies(new Registry(), log)
    dependencies.add('well', async () => {}, 'STORE_UNAVAILABLE')
    dependencies.add('failing', down, 'STORE_UNAVAILABLE')
    dependencies.add('hung', hung, 'STORE_UNAVAILABLE')
    expect(Object.fromEntries(await dependencies.check())).toEqual({
      well: 'up',
      failing: 'down',
      hung: 'down',
    })
  })

  it('F42 that take nothing more are full, not down: calls are not kept away, and each change is logged once', async () => {
    const registry = new Registry()
    const lines: unknown[] = []
    const noting = { ...log, warn: (...line: unknown[]) => void lines.push(line) }
    const dependencies = createDependencies(registry, noting)
    let isFull = true
    const full = new AppError('STORE_UNAVAILABLE', 'No.', {
      cause: new Error('OOM command not allowed'),
    })
    const put = async () => {
      if (isFull) throw full
    }
    const breaker = dependencies.add('redis', put, 'STORE_UNAVAILABLE', isRedisFull)
    for (let call = 0; call < 50; call += 1) await expect(breaker.run(put)).rejects.toBe(full)
    expect(breaker.isOpen).toBe(false)
    expect(await dependencies.ask('redis')).toBe('full')
    const text = await registry.metrics()
    expect(text).toContain('iaas_dependency_full{dependency="redis"} 1')
    expect(text).toContain('iaas_dependency_up{dependency="redis"} 1')
    isFull = false
    await until(async () =>
      (await registry.metrics()).includes('iaas_dependency_full{dependency="redis"} 0'),
    )
    expect(lines).toEqual([
      ['dependency full: it refuses writes', { dependency: 'redis' }],
      ['dependency has room again', { dependency: 'redis' }],
    ])
    dependencies.close()
  })

  it('have one breaker each, whoever adds them again', () => {
    const dependencies = createDependencies(new Registry(), log)
    const breaker = dependencies.add('store', async () => {}, 'STORE_UNAVAILABLE')
    expect(dependencies.add('store', down, 'STORE_UNAVAILABLE')).toBe(breaker)
  })

  it('stand in the metrics as 1 and 0', async () => {
    const registry = new Registry()
    const dependencies = createDependencies(registry, log)
    dependencies.add('well', async () => {}, 'STORE_UNAVAILABLE')
    dependencies.add('failing', down, 'STORE_UNAVAILABLE')
    const text = await registry.metrics()
    expect(text).toContain('iaas_dependency_up{dependency="well"} 1')
    expect(text).toContain('iaas_dependency_up{dependency="failing"} 0')
  })

  it('are asked anew once a breaker has opened', async () => {
    const dependencies = createDependencies(new Registry(), log)
    let isDown = false
    const breaker = dependencies.add(
      'failing',
      async () => {
        if (isDown) throw outage
      },
      'STORE_UNAVAILABLE',
    )
    expect((await dependencies.check()).get('failing')).toBe('up')
    isDown = true
    await breaker.run(() => Promise.reject(outage)).catch(() => {})
    expect((await dependencies.check()).get('failing')).toBe('down')
    dependencies.close()
  })

  it('are asked once, however many want to know', async () => {
    const dependencies = createDependencies(new Registry(), log)
    let asked = 0
    dependencies.add('counted', async () => (asked += 1), 'STORE_UNAVAILABLE')
    await Promise.all([dependencies.check(), dependencies.check()])
    await dependencies.check()
    expect(asked).toBe(1)
  })
})
