import { defaultOptions } from '@iaas/common/image'

/**
 * Counts how often some work compares options with all defaults. Counts the reads of a default that nothing else reads
 * while no address names its option.
 */
export async function countOptionWalks(work: () => Promise<unknown>): Promise<number> {
  const { sharpen } = defaultOptions
  let reads = 0
  Object.defineProperty(defaultOptions, 'sharpen', {
    configurable: true,
    enumerable: true,
    get() {
      reads += 1
      return sharpen
    },
  })
  try {
    await work()
  } finally {
    Object.defineProperty(defaultOptions, 'sharpen', { value: sharpen })
  }
  return reads
}
