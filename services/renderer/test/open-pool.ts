import { createRenderPool } from '@iaas/rendering/pool/render-pool'
import type { RenderPool, RenderPoolOptions } from '@iaas/rendering/pool/pool-types'

/** A pool that has time and room for everything, but for what a test takes from it. */
export function openPool(options: Partial<RenderPoolOptions> = {}): RenderPool {
  return createRenderPool({
    concurrency: 1,
    ownCores: true,
    queueLimit: 100,
    queueTimeoutMs: 60_000,
    memoryBudgetBytes: 2 ** 31,
    timeoutMs: 60_000,
    ingestTimeoutMs: 60_000,
    maxInputPixels: 30_000_000,
    maxOnDiskPixels: 30_000_000,
    blurSigma: 7,
    encoders: {
      jpegTrellis: false,
      webpEffort: 4,
      avifEffort: 2,
      gifEffort: 3,
      pngCompression: 3,
      pngFilters: true,
    },
    animation: { maxFrames: 300, maxPixels: 100_000_000 },
    minCopiedPixels: 1_000_000,
    refusedFormats: ['svg'],
    ...options,
  })
}
