import { Registry, collectDefaultMetrics } from 'prom-client'

/** A registry of one service, with the figures of its process and event loop. */
export function createRegistry(service: string): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry, prefix: 'iaas_' })
  return registry
}
