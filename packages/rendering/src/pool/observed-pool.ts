import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { lossReasons } from './lost-children.ts'
import { createRenderPool } from './render-pool.ts'
import type { RenderPool, RenderPoolEvents, RenderPoolOptions } from './pool-types.ts'

const secondsBuckets = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30]

/** Creates a pool with metrics. The caller disposes of it. */
export function createObservedPool(
  options: Omit<RenderPoolOptions, 'events'>,
  registry: Registry,
): RenderPool {
  const pool = createRenderPool({ ...options, events: createPoolEvents(registry) })
  registerPoolGauges(registry, pool)
  return pool
}

function createPoolEvents(registry: Registry): RenderPoolEvents {
  const registers = [registry]
  const durations = new Histogram({
    name: 'iaas_render_task_duration_seconds',
    help: 'Duration of tasks by kind and outcome, including their time in the queue.',
    labelNames: ['kind', 'outcome'],
    buckets: secondsBuckets,
    registers,
  })
  const losses = new Counter({
    name: 'iaas_render_children_lost_total',
    help: 'Children lost during a task: crashed, or killed for exceeding their timeout or memory.',
    labelNames: ['reason'],
    registers,
  })
  // Registered at 0: a counter that first appears as 1 shows no increase, so no alert would fire.
  for (const reason of lossReasons) losses.inc({ reason }, 0)
  return {
    task: (kind, outcome, ms) => durations.observe({ kind, outcome }, ms / 1000),
    childLost: (reason) => losses.inc({ reason }),
  }
}

/** Registers gauges of the pool, read at each scrape. */
function registerPoolGauges(registry: Registry, pool: RenderPool): void {
  const figures = {
    iaas_renders_in_flight: ['Tasks that children are working on.', () => pool.stats().inFlight],
    iaas_renders_waiting: ['Tasks that wait for a child.', () => pool.stats().waiting],
    iaas_renders_quarantined: [
      'Tasks in quarantine, or close to it, because they killed children.',
      () => pool.stats().quarantined,
    ],
    iaas_render_memory_bytes: [
      'Estimated memory of the tasks in flight, bytes.',
      () => pool.stats().memoryBytes,
    ],
    iaas_render_children: ['Live children.', () => pool.stats().children.length],
  } as const
  for (const [name, [help, read]] of Object.entries(figures)) {
    const gauge: Gauge = new Gauge({ name, help, registers: [], collect: () => gauge.set(read()) })
    registry.registerMetric(gauge)
  }
}
