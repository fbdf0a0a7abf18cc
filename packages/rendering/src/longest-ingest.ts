import { maxWaitMs } from './failover-renderer.ts'
import { attempts as serviceAttempts } from './http/renderer-client.ts'
import type { RenderingConfig } from './config.ts'
import { attempts as poolAttempts } from './pool/render-pool.ts'

/** Time of a request to a renderer service in addition to its work: the transfer in both directions, ms. */
export const transferMs = 2000

/**
 * Returns the longest duration of an upload check, ms. It may run on a renderer service, each of whose replicas may
 * vanish midway, and then either in children of this process, where it waits for admission and in each attempt twice
 * for memory, or on a replica that has to be waited for.
 */
export function longestIngestMs({ renderer }: Pick<RenderingConfig, 'renderer'>): number {
  const { url, fallback, ingestTimeoutMs: workMs, queueTimeoutMs: waitMs } = renderer
  const here = waitMs + poolAttempts * (2 * waitMs + workMs)
  const there = url === undefined ? 0 : serviceAttempts * (waitMs + workMs + transferMs)
  return url === undefined || fallback ? there + here : there + maxWaitMs
}
