import { createDependencies } from '@iaas/common/metrics/dependencies'
import { describe, expect, it } from '@jest/globals'
import { Registry } from 'prom-client'

const down = () => Promise.reject(new Error('It is down.'))
const hung = () => new Promise<never>(() => {})

describe('the dependencies of a service', () => {
  it('are up while they answer, and down where they fail or hang', async () => {
    const dependencies = createDependencies(new Registry())
    dependencies.add('well', async () => {})
    dependencies.add('failing', down)
    dependencies.add('hung', hung)
    expect(Object.fromEntries(await dependencies.check())).toEqual({
      well: 'up',
      failing: 'down',
      hung: 'down',
    })
  })

  it('stand in the metrics as 1 and 0', async () => {
    const registry = new Registry()
    const dependencies = createDependencies(registry)
    dependencies.add('well', async () => {})
    dependencies.add('failing', down)
    const text = await registry.metrics()
    expect(text).toContain('iaas_dependency_up{dependency="well"} 1')
    expect(text).toContain('iaas_dependency_up{dependency="failing"} 0')
  })

  it('are asked once, however many want to know', async () => {
    const dependencies = createDependencies(new Registry())
    let asked = 0
    dependencies.add('counted', async () => (asked += 1))
    await Promise.all([dependencies.check(), dependencies.check()])
    await dependencies.check()
    expect(asked).toBe(1)
  })
})
