import type { WorkerSettings } from '@iaas/rendering/protocol'

/** Settings with limits that a task of a test does not come near. */
export const workerSettings: WorkerSettings = {
  maxInputPixels: 30_000_000,
  maxOnDiskPixels: 30_000_000,
  blurSigma: 7,
  encoders: {
    jpegTrellis: false,
    webpEffort: 4,
    avifEffort: 2,
    pngCompression: 3,
    pngFilters: true,
  },
  minCopiedPixels: 1_000_000,
  refusedFormats: ['svg'],
  decodeCpuMs: 0,
  allowance: 2 ** 30,
}
