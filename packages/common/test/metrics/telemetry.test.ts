import { setTimeout as delay } from 'node:timers/promises'
import { createSilentLogger } from '@iaas/common/log'
import { createTelemetry } from '@iaas/common/metrics/telemetry'
import { until } from '@iaas/testing/until'
import { describe, expect, it } from '@jest/globals'

/** The value of the histogram of the event loop while it has no sample, s. */
const noSample = 1e6

describe('the metrics of a process', () => {
  it('F47 wake it ten times a second at the most to look at its event loop', async () => {
    const { registry } = createTelemetry('test', createSilentLogger())
    let shortest = noSample
    await until(async () => {
      // Each reading begins a new histogram.
      await delay(500)
      const metric = registry.getSingleMetric('iaas_nodejs_eventloop_lag_min_seconds')
      await registry.getSingleMetric('iaas_nodejs_eventloop_lag_seconds')?.get()
      shortest = (await metric?.get())?.values[0]?.value ?? noSample
      return shortest > 0 && shortest < noSample
    })
    expect(shortest).toBeGreaterThan(0.05)
  })
})
