import { maxWaitMs } from './failover-renderer.ts'
import { attempts as serviceAttempts } from './http/renderer-client.ts'
import { type PoolSettings, toMaxWaitMs } from './config.ts'
import { attempts as poolAttempts } from './pool/render-pool.ts'

/** What a request to a renderer service takes besides its work: the way there and back, ms. */
export const transferMs = 2000

/**
 * How long the check of an upload takes at the most, ms: by a renderer service, each of whose replicas may vanish in the
 * middle of it, and then by children of this process, where it waits for its turn, and in each attempt twice for memory, or by a
 * replica that is waited for.
 */
export function longestIngestMs({ renderer }: Pick<PoolSettings, 'renderer'>): number {
  const { url, fallback, intake_timeout: workMs } = renderer
  const waitMs = toMaxWaitMs(renderer)
  const here = waitMs + poolAttempts * (2 * waitMs + workMs)
  const there = url === undefined ? 0 : serviceAttempts * (waitMs + workMs + transferMs)
  return url === undefined || fallback ? there + here : there + maxWaitMs
}
