import { AggregatorRegistry, Registry } from 'prom-client'
import { describe, expect, it } from '@jest/globals'
import { createCopyMetrics } from '../../src/copies/copy-metrics.ts'

describe('the gauges of working copies', () => {
  it('are those of the folder, however many processes share it', async () => {
    const registries = await Promise.all(
      [1, 2, 3].map(async () => {
        const registry = new Registry()
        createCopyMetrics(registry).usage({ items: 5, bytes: 700 })
        return registry.getMetricsAsJSON()
      }),
    )
    const metrics = await AggregatorRegistry.aggregate(registries).metrics()
    expect(metrics).toMatch(/^iaas_working_copies 5$/m)
    expect(metrics).toMatch(/^iaas_working_copies_bytes 700$/m)
  })
})
