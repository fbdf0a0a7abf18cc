import { createSingleFlight } from '@iaas/common/concurrency/single-flight'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { Gauge, type GaugeConfiguration, type Registry } from 'prom-client'

const answerLimitMs = 1000

export type SharedGauge<Facts> = Pick<
  GaugeConfiguration<string>,
  'name' | 'help' | 'aggregator'
> & {
  readonly read: (facts: Facts) => number
}

/** Registers gauges that share one call of `ask` in each scrape. They are NaN while it does not answer. */
export function registerSharedGauges<Facts>(
  registry: Registry,
  ask: () => Promise<Facts>,
  gauges: readonly SharedGauge<Facts>[],
): void {
  const scrapes = createSingleFlight<Facts | undefined>()
  const share = () =>
    scrapes.join('facts', () => withDeadline(ask(), answerLimitMs).catch(() => undefined))
  for (const { read, ...configuration } of gauges) {
    const gauge: Gauge = new Gauge({
      ...configuration,
      registers: [registry],
      async collect() {
        const facts = await share()
        gauge.set(facts === undefined ? Number.NaN : read(facts))
      },
    })
  }
}
