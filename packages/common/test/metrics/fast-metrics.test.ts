import { createFastCounter, createFastHistogram } from '@iaas/common/metrics/fast-metrics'
import { describe, expect, it } from '@jest/globals'
import { Counter, Histogram, Registry } from 'prom-client'

const named = { name: 'iaas_things', help: 'Things.' }

describe('a fast counter', () => {
  it('says what a counter of prom-client says', async () => {
    const [ours, theirs] = [new Registry(), new Registry()]
    const metric = createFastCounter({ ...named, labels: ['route', 'status'], registry: ours })
    const counter = new Counter({
      ...named,
      labelNames: ['route', 'status'],
      registers: [theirs],
    })
    for (const status of [200, 307, 200]) {
      metric.of('image', status).add()
      counter.inc({ route: 'image', status })
    }
    expect(await ours.metrics()).toBe(await theirs.metrics())
  })
})

describe('a fast histogram', () => {
  it('says what a histogram of prom-client says', async () => {
    const [ours, theirs] = [new Registry(), new Registry()]
    const bounds = [0.1, 1, 10]
    const metric = createFastHistogram({ ...named, labels: ['span'], bounds, registry: ours })
    const histogram = new Histogram({
      ...named,
      labelNames: ['span'],
      buckets: bounds,
      registers: [theirs],
    })
    for (const value of [0.05, 0.1, 0.5, 5, 50]) {
      metric.of('lookup').observe(value)
      histogram.observe({ span: 'lookup' }, value)
    }
    expect(await ours.metrics()).toBe(await theirs.metrics())
  })
})
