import { Registry, collectDefaultMetrics } from 'prom-client'
import type { Logger } from '../log.ts'
import { type Dependencies, createDependencies } from './dependencies.ts'

/** What a process tells of itself on its admin listener. */
export type Telemetry = { readonly registry: Registry; readonly dependencies: Dependencies }

/** Begins with the figures of the process and its event loop. */
export function createTelemetry(service: string, log: Logger): Telemetry {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry, prefix: 'iaas_' })
  return { registry, dependencies: createDependencies(registry, log) }
}
