import type { Closers } from '@iaas/common/lifecycle/closers'
import type { Renderer } from '@iaas/common/ports/renderer'
import { type PoolSettings, toPoolOptions } from './config.ts'
import { createRendererClient } from './http/renderer-client.ts'
import { createRenderPool } from './pool/render-pool.ts'

/** What a request to a renderer service takes besides its render: the way there and back, ms. */
const transferMs = 2000

/** The renderer service where one is configured; otherwise children of this process. */
export function createRenderer(settings: PoolSettings, closers: Closers): Renderer {
  const { renderer, timeout } = settings
  if (renderer.url === undefined) {
    const pool = createRenderPool(toPoolOptions(settings))
    closers.add('renderer', () => pool[Symbol.asyncDispose]())
    return pool
  }
  const longest = Math.max(timeout.conversion, renderer.intake_timeout)
  const timeoutMs = timeout.conversion === 0 ? 0 : longest + renderer.queue_timeout + transferMs
  return createRendererClient({ url: renderer.url, timeoutMs })
}
