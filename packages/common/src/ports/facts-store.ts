import type { ImageFacts } from '../image-facts.ts'
import type { OriginalRef } from '../original-ref.ts'

/**
 * Facts about originals, computed once and kept. Facts belong to one version of an original. Every call rejects with
 * AppError STORE_UNAVAILABLE if the disk is full or broken.
 */
export type FactsStore = {
  /** Returns undefined if there are none, or if another release computed them. */
  find(original: OriginalRef): Promise<ImageFacts | undefined>
  /** Replaces the facts of earlier releases and versions. */
  keep(original: OriginalRef, facts: ImageFacts): Promise<void>
}
