import { Registry, collectDefaultMetrics } from 'prom-client'
import type { Logger } from '../log.ts'
import { type Dependencies, createDependencies } from './dependencies.ts'

/** Time between two looks at the event loop, ms. At the default of 10 they are most of the CPU time of an idle process. */
const eventLoopMonitoringPrecision = 100

/** What a process tells of itself on its admin listener. */
export type Telemetry = { readonly registry: Registry; readonly dependencies: Dependencies }

/** Begins with the figures of the process and its event loop. */
export function createTelemetry(service: string, log: Logger): Telemetry {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry, prefix: 'iaas_', eventLoopMonitoringPrecision })
  return { registry, dependencies: createDependencies(registry, log) }
}
