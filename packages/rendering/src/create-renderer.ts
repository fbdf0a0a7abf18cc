import type { Closers } from '@iaas/common/lifecycle/closers'
import type { Telemetry } from '@iaas/common/metrics/telemetry'
import type { Renderer } from '@iaas/common/ports/renderer'
import { type PoolSettings, toPoolOptions } from './config.ts'
import { createFailoverRenderer } from './failover-renderer.ts'
import { createRendererClient } from './http/renderer-client.ts'
import { pingRenderer } from './http/ping-renderer.ts'
import { createObservedPool } from './pool/observed-pool.ts'

/** What a request to a renderer service takes besides its render: the way there and back, ms. */
const transferMs = 2000

/**
 * The renderer service where one is configured, and children of this process while none can be reached; otherwise always
 * children of this process.
 */
export function createRenderer(
  settings: PoolSettings,
  closers: Closers,
  { registry, dependencies }: Telemetry,
): Renderer {
  const { renderer, timeout } = settings
  const { url } = renderer
  const pool = createObservedPool(toPoolOptions(settings), registry)
  closers.add('renderer', () => pool[Symbol.asyncDispose]())
  if (url === undefined) return pool
  const breaker = dependencies.add('renderer', () => pingRenderer(url), 'RENDERER_UNREACHABLE')
  const longest = Math.max(timeout.conversion, renderer.intake_timeout)
  const timeoutMs = timeout.conversion === 0 ? 0 : longest + renderer.queue_timeout + transferMs
  return createFailoverRenderer({
    primary: createRendererClient({ url, timeoutMs }),
    breaker,
    fallback: pool,
  })
}
