import { Registry, collectDefaultMetrics } from 'prom-client'
import type { Logger } from '../platform/log/log.ts'
import { type Dependencies, createDependencies } from './dependencies.ts'

/** Sampling interval of the event loop, ms. The default of 10 uses most of the CPU time of an idle process. */
const eventLoopMonitoringPrecision = 100

/** Metrics and dependencies of a process, for its admin listener. */
export type Telemetry = { readonly registry: Registry; readonly dependencies: Dependencies }

/** Starts with the metrics of the process and its event loop. */
export function createTelemetry(service: string, log: Logger): Telemetry {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry, prefix: 'iaas_', eventLoopMonitoringPrecision })
  return { registry, dependencies: createDependencies(registry, log) }
}
