import { createRenderPool } from '@iaas/rendering/pool/render-pool'
import type { RenderPool, RenderPoolOptions } from '@iaas/rendering/pool/pool-types'
import { roomyPool } from '@iaas/testing/roomy-pool'

/** Opens a pool that limits nothing but what a test limits. */
export function openPool(options: Partial<RenderPoolOptions> = {}): RenderPool {
  return createRenderPool({ ...roomyPool, concurrency: 1, ...options })
}
