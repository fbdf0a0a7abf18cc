import type { Service } from '@iaas/common/lifecycle/run-service'
import { fitMemory, leastMiB } from '@iaas/rendering/fit-memory'
import { AggregatorRegistry } from 'prom-client'
import type { ApiOptions } from './api-options.ts'
import { startApi } from './compose.ts'

/** Starts an api as one of `count` processes. The primary process collects its metrics, and it decodes by its share. */
export async function joinProcesses(
  options: ApiOptions & { readonly adminSocket: string },
  count: number,
): Promise<Service> {
  AggregatorRegistry.setRegistries([options.telemetry.registry])
  // Creating an AggregatorRegistry lets this process answer `clusterMetrics` of the primary process.
  const answering = new AggregatorRegistry()
  const config = shareOut(options.config, count)
  const api = await startApi({ ...options, config })
  return {
    async close() {
      await api.close()
      answering.clear()
      // A process that listens to the primary process does not exit.
      process.disconnect()
    },
  }
}

function shareOut(config: ApiOptions['config'], count: number): ApiOptions['config'] {
  const { concurrency, memory } = fitMemory(config.renderer, { processes: count })
  const renderer = {
    ...config.renderer,
    concurrency: Math.max(1, Math.ceil(concurrency / count)),
    memory: Math.max(leastMiB, Math.floor(memory / count)),
  }
  return { ...config, renderer }
}
