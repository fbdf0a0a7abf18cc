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
    gifEffort: 3,
    pngCompression: 3,
    pngFilters: true,
  },
  animation: { maxFrames: 300, maxPixels: 100_000_000 },
  minCopiedPixels: 1_000_000,
  refusedFormats: ['svg'],
  decodeCpuMs: 0,
  animationCpuMs: 0,
  mostBytes: 2 ** 31,
  allowance: 2 ** 30,
}
