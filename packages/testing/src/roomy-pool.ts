/** Options of a render pool with time and room for everything. */
export const roomyPool = {
  concurrency: 2,
  ownCores: true,
  queueLimit: 100,
  queueTimeoutMs: 60_000,
  memoryBudgetBytes: 2 ** 31,
  timeoutMs: 60_000,
  ingestTimeoutMs: 60_000,
  maxInputPixels: 30_000_000,
  maxOnDiskPixels: 30_000_000,
  blurSigma: 7,
  encoders: { jpegTrellis: false, webpEffort: 4, pngCompression: 3, pngFilters: true },
  minCopiedPixels: 1_000_000,
}
