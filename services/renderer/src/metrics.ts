import type { RenderPool } from '@iaas/rendering/pool/render-pool'
import { Gauge, type Registry } from 'prom-client'

/** What the pool is doing, read whenever it is asked for. */
export function registerPoolMetrics(registry: Registry, pool: RenderPool): void {
  const figures = {
    iaas_renders_in_flight: ['Tasks that children are working on.', () => pool.stats().inFlight],
    iaas_renders_waiting: ['Tasks that wait for a child.', () => pool.stats().waiting],
    iaas_renders_quarantined: [
      'Tasks that are kept out, or nearly, because they killed children.',
      () => pool.stats().quarantined,
    ],
    iaas_render_children: ['Children that are alive.', () => pool.stats().children.length],
  } as const
  for (const [name, [help, read]] of Object.entries(figures)) {
    const gauge: Gauge = new Gauge({ name, help, registers: [], collect: () => gauge.set(read()) })
    registry.registerMetric(gauge)
  }
}
